/** What the address of a checkout link may say in its query. What makes no sense is left aside: a link has to sell. */
import { z } from 'zod';
import { LARGEST_CHARGE } from '../../billing/money.ts';
import { Origin } from '../../schemas/checkout-input.ts';
import { Currency } from '../../schemas/currency.ts';
import { EmailInput, LocaleInput } from '../../schemas/primitives.ts';
import { queryInteger } from '../../schemas/query.ts';

/** One value; repeated, wrong or empty, it was not said. */
const said = <Value extends z.ZodType>(value: Value) => value.optional().catch(undefined);
const text = (most: number) => said(z.string().trim().min(1).max(most));

export const LinkQuery = z.looseObject({
  customer_email: said(EmailInput).describe('Filled in for the buyer, who may change it.'),
  customer_name: text(256),
  customer_session_token: text(256).describe('Of a customer of the shop’s: the checkout is theirs.'),
  discount_code: text(256).describe('Left aside where it can’t be redeemed.'),
  amount: said(queryInteger(0, LARGEST_CHARGE)).describe('For prices that the buyer names.'),
  currency: said(Currency),
  product_id: said(z.uuid()).describe('Of the link’s products, the one that is chosen.'),
  locale: said(LocaleInput),
  reference_id: text(500).describe('Goes into the checkout’s metadata, like the `utm_…` below.'),
  utm_source: text(500),
  utm_medium: text(500),
  utm_campaign: text(500),
  utm_content: text(500),
  utm_term: text(500),
  embed: said(z.literal('true')),
  embed_origin: said(Origin).describe('The origin of the page that shows the checkout in a frame.'),
  theme: said(z.enum(['light', 'dark'])),
});
export type LinkQuery = z.output<typeof LinkQuery>;

const ATTRIBUTION = ['reference_id', 'utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term'] as const;

export function attributionOf(query: LinkQuery): Record<string, string> {
  return Object.fromEntries(
    ATTRIBUTION.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]] as const])),
  );
}

const FIELD = 'custom_field_data.';

/** `custom_field_data.size=large`, for each field. */
export function fieldDataOf(query: LinkQuery): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) =>
      name.startsWith(FIELD) && typeof value === 'string' && value !== ''
        ? [[name.slice(FIELD.length), value] as const]
        : [],
    ),
  );
}

/** What the checkout's page has to know of how it is shown. */
export function pageQueryOf({ embed, theme }: LinkQuery): URLSearchParams {
  return new URLSearchParams({ ...(embed && { embed }), ...(theme && { theme }) });
}
