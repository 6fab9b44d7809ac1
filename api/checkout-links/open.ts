/** A visit of a checkout link: a checkout of the visitor's own, with as much of what was wished as is possible. */
import type { z } from 'zod';
import type { OrganizationId } from '../../billing/ids.ts';
import type { CheckoutLinkRow } from '../../db/entities/checkout-link.ts';
import type { EntityManager } from '../../db/orm.ts';
import { CheckoutCreate } from '../../schemas/checkout.ts';
import { authenticateCustomer } from '../auth.ts';
import { createCheckout, type OpenedCheckout, type Visit } from '../checkouts/create.ts';
import { plainAddress } from '../doors/visitors.ts';
import { ApiError } from '../errors.ts';
import type { RequestContext } from '../route.ts';
import { attributionOf, fieldDataOf, type LinkQuery } from './query.ts';

type Visited = Pick<RequestContext, 'em' | 'environment' | 'taxes' | 'request'>;

/** Those of its products that are still sold. */
export function onSale({ products }: CheckoutLinkRow) {
  return products.getItems().filter(({ isArchived, visibility }) => !isArchived && visibility !== 'draft');
}

export async function openFromLink(
  link: CheckoutLinkRow,
  query: LinkQuery,
  { em, environment, taxes, request }: Visited,
): Promise<OpenedCheckout> {
  const customerId = await customerOf(em, link.organization.id, query, request.at);
  let wish: Wish = wishOf(link, query, customerId, request.ip);
  for (;;) {
    try {
      const { discount_code: discountCode, ...rest } = wish;
      const visit: Visit = { productId: query.product_id, discountCode };
      const body = CheckoutCreate.parse(rest);
      return await createCheckout(em.fork(), { environment, taxes }, link.organization.id, body, visit);
    } catch (error) {
      const less = error instanceof ApiError ? without(wish, error) : null;
      if (less === null) throw error;
      wish = less;
    }
  }
}

type Wish = z.input<typeof CheckoutCreate> & { readonly discount_code?: string | undefined };

function wishOf(link: CheckoutLinkRow, query: LinkQuery, customerId: string | null, ip: string | null): Wish {
  const { seats } = link;
  return {
    products: onSale(link).map(({ id }) => id),
    ...(customerId === null
      ? { customer_email: query.customer_email, customer_name: query.customer_name }
      : { customer_id: customerId }),
    customer_ip_address: ip === null ? null : plainAddress(ip),
    discount_id: link.discount && !link.discount.deletedAt ? link.discount.id : null,
    discount_code: link.allowDiscountCodes ? query.discount_code : undefined,
    allow_discount_codes: link.allowDiscountCodes,
    require_billing_address: link.requireBillingAddress,
    ...(seats ? { seats, min_seats: seats, max_seats: seats } : {}),
    trial_interval: link.trialInterval ?? null,
    trial_interval_count: link.trialIntervalCount ?? null,
    success_url: link.successUrl ?? null,
    return_url: link.returnUrl ?? null,
    embed_origin: query.embed_origin,
    amount: query.amount,
    currency: query.currency,
    locale: query.locale,
    custom_field_data: fieldDataOf(query),
    // What the merchant has set stands, whatever an address says.
    metadata: fitting({ ...attributionOf(query), ...link.metadata }),
  };
}

const MOST_KEYS = 50;
const fitting = (metadata: Record<string, string | number | boolean>) =>
  Object.fromEntries(Object.entries(metadata).slice(-MOST_KEYS));

/** The customer whose owner is signed in; nobody where the session is over, another shop's, or one of the team's others. */
async function customerOf(
  em: EntityManager,
  organization: OrganizationId,
  { customer_session_token: token }: LinkQuery,
  at: Date,
): Promise<string | null> {
  if (token === undefined) return null;
  try {
    const headers = { authorization: `Bearer ${token}` };
    const { customer, person } = await authenticateCustomer(em, headers, at, { forMembers: false });
    // Whoever has paid is let into the portal with an owner's rights.
    return customer.organizationId === organization && person.role === 'owner' ? customer.id : null;
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}

/** Fields that may be left out, with those that go with them. */
const OPTIONAL = {
  amount: ['amount'],
  currency: ['currency'],
  embed_origin: ['embed_origin'],
  seats: ['seats', 'min_seats', 'max_seats'],
  discount_id: ['discount_id'],
  discount_code: ['discount_code'],
  custom_field_data: ['custom_field_data'],
} as const satisfies Record<string, readonly (keyof Wish)[]>;

/** The wish without what was refused; null where that can't be left out, or is not there. */
function without(wish: Wish, { detail }: ApiError): Wish | null {
  if (typeof detail === 'string') return null;
  const less: Wish = { ...wish };
  for (const { loc } of detail) {
    const [, field, key] = loc;
    // What is left to pay is too little to be charged.
    const named = field === undefined ? (wish.discount_code ? 'discount_code' : 'discount_id') : String(field);
    if (named === 'custom_field_data' && typeof key === 'string') {
      const { [key]: _, ...others } = less.custom_field_data ?? {};
      less.custom_field_data = others;
      continue;
    }
    const leaving = Object.hasOwn(OPTIONAL, named) ? OPTIONAL[named as keyof typeof OPTIONAL] : [];
    for (const name of leaving) delete less[name];
  }
  return JSON.stringify(less) === JSON.stringify(wish) ? null : less;
}
