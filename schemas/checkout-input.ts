/** What merchants and buyers may say about a checkout. */
import { z } from 'zod';
import { AddressInput } from './address.ts';
import { Currency } from './currency.ts';
import { hasWholeTrial, trialInput, WHOLE_TRIAL } from './intervals.ts';
import { CustomerMetadataInput, MetadataInput } from './metadata.ts';
import { ProductPriceCreate } from './price.ts';
import {
  CustomFieldDataInput,
  count,
  EmailInput,
  Id,
  IpAddressInput,
  LocaleInput,
  minorUnits,
  optionalLine,
  UrlInput,
} from './primitives.ts';

/** URLs take much more for a host's name, `;` for one, which would end it in a header that lists origins. */
const HOSTNAME = /^([a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:]+\])$/i;

/** A page's origin; its URL with a slash at the end is taken for it. */
export const Origin = z
  .url({ protocol: /^https?$/, hostname: HOSTNAME })
  .max(255)
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text.replace(/\/$/, ''),
    'Not an origin, such as `https://example.com`',
  )
  .transform((text) => new URL(text).origin);

const buyer = {
  customer_name: optionalLine(256),
  customer_email: EmailInput.nullable().optional(),
  customer_billing_name: optionalLine(256),
  customer_billing_address: AddressInput.nullable().optional(),
  customer_tax_id: optionalLine(64),
  locale: LocaleInput.nullable().optional(),
};

/** What is bought of it; a price of another kind leaves it aside. */
const amount = minorUnits.nullable().optional().describe('For prices that the buyer names.');
const seats = count(1, 10_000).nullable().optional().describe('For seat-based prices.');

const pages = {
  success_url: UrlInput.nullable().optional().describe('`{CHECKOUT_ID}` in it is replaced by the id.'),
  return_url: UrlInput.nullable().optional(),
  embed_origin: Origin.nullable().optional(),
};

export const CheckoutCreate = z
  .object({
    ...buyer,
    ...pages,
    ...trialInput,
    products: z.array(Id).min(1).max(100).describe('What the buyer may choose from; the first is chosen.'),
    currency: Currency.nullable().optional(),
    allow_trial: z.boolean().default(true),
    allow_discount_codes: z.boolean().default(true),
    require_billing_address: z.boolean().default(false),
    is_business_customer: z.boolean().default(false),
    customer_id: Id.nullable().optional(),
    external_customer_id: optionalLine(256),
    customer_ip_address: IpAddressInput.nullable().optional(),
    customer_metadata: CustomerMetadataInput.default({}),
    metadata: MetadataInput.default({}),
    custom_field_data: CustomFieldDataInput.default({}),
    amount,
    discount_id: Id.nullable().optional().describe('Applied at once; buyers may take another if codes are allowed.'),
    seats,
    min_seats: seats.describe('The least that the buyer may choose.'),
    max_seats: seats.describe('The most.'),
    subscription_id: Id.nullable()
      .optional()
      .describe('A free one, which is changed to what is bought; metadata are added to its own. It has no trial.'),
    prices: z
      .record(Id, z.array(ProductPriceCreate).min(1).max(20))
      .nullable()
      .optional()
      .describe('By product, in the place of its own: prices for this checkout alone, which its subscription keeps.'),
  })
  .refine(hasWholeTrial, WHOLE_TRIAL)
  .refine(({ min_seats: least, max_seats: most }) => !least || !most || least <= most, {
    path: ['max_seats'],
    message: 'At most can’t be less than at least.',
  })
  .meta({ id: 'CheckoutCreate' });
export type CheckoutCreate = z.infer<typeof CheckoutCreate>;

const choice = {
  product_id: Id.nullable().optional(),
  product_price_id: Id.nullable().optional(),
  amount,
  seats,
  is_business_customer: z.boolean().nullable().optional(),
  custom_field_data: CustomFieldDataInput.optional(),
};

export const CheckoutUpdate = z
  .object({
    ...buyer,
    ...pages,
    ...trialInput,
    ...choice,
    currency: Currency.nullable().optional(),
    allow_trial: z.boolean().nullable().optional(),
    allow_discount_codes: z.boolean().nullable().optional(),
    require_billing_address: z.boolean().nullable().optional(),
    customer_ip_address: IpAddressInput.nullable().optional(),
    customer_metadata: CustomerMetadataInput.nullable().optional(),
    metadata: MetadataInput.optional(),
    discount_id: Id.nullable().optional(),
  })
  .meta({ id: 'CheckoutUpdate' });
export type CheckoutUpdate = z.infer<typeof CheckoutUpdate>;

export const CheckoutUpdatePublic = z
  .object({
    ...buyer,
    ...choice,
    payment_method_type: z.string().max(64).nullable().optional(),
    discount_code: optionalLine(256).describe('In any case; null takes the discount away.'),
    allow_trial: z.literal(false).nullable().optional(),
  })
  .meta({ id: 'CheckoutUpdatePublic' });
export type CheckoutUpdatePublic = z.infer<typeof CheckoutUpdatePublic>;

export const CheckoutConfirm = z
  .object({
    ...CheckoutUpdatePublic.shape,
    confirmation_token_id: z
      .string()
      .regex(/^\w{1,255}$/)
      .nullable()
      .optional()
      .describe('The card, as the processor’s form names it.'),
  })
  .meta({ id: 'CheckoutConfirm' });
export type CheckoutConfirm = z.infer<typeof CheckoutConfirm>;
