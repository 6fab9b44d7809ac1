/** What a merchant may write of a checkout link. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { CheckoutLinkId, DiscountId, OrganizationId, PriceId } from '../../billing/ids.ts';
import { refusalOfQuantity } from '../../billing/prices.ts';
import { CheckoutLink, type CheckoutLinkRow } from '../../db/entities/checkout-link.ts';
import { Discount, type DiscountRow } from '../../db/entities/discount.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Price } from '../../db/entities/price.ts';
import type { ProductRow } from '../../db/entities/product.ts';
import type { EntityManager } from '../../db/orm.ts';
import { priceTerms } from '../../db/price-terms.ts';
import { pricesNow } from '../../db/views/product.ts';
import type { CheckoutLinkCreate, CheckoutLinkUpdate } from '../../schemas/checkout-link.ts';
import { WHOLE_TRIAL } from '../../schemas/intervals.ts';
import { sellable } from '../checkouts/terms.ts';
import { invalid } from '../errors.ts';

type New = z.output<typeof CheckoutLinkCreate>;
type Change = z.output<typeof CheckoutLinkUpdate>;

export async function addCheckoutLink(
  em: EntityManager,
  organization: OrganizationId,
  body: New,
  at: Date,
): Promise<CheckoutLinkRow> {
  const row = em.create(CheckoutLink, {
    id: randomUUID() as CheckoutLinkId,
    createdAt: at,
    organization: em.getReference(Organization, organization),
    clientSecret: `polar_cl_${randomBytes(32).toString('base64url')}`,
    label: body.label ?? null,
    discount: body.discount_id ? await discountNamed(em, organization, body.discount_id) : null,
    allowDiscountCodes: body.allow_discount_codes,
    requireBillingAddress: body.require_billing_address,
    seats: body.seats ?? null,
    trialInterval: body.trial_interval ?? null,
    trialIntervalCount: body.trial_interval_count ?? null,
    successUrl: body.success_url ?? null,
    returnUrl: body.return_url ?? null,
    metadata: body.metadata,
  });
  row.products.set(await productsNamed(em, organization, body));
  await refuseUnfit(em, row, 'seats' in body ? 'seats' : 'products');
  return row;
}

export async function changeCheckoutLink(em: EntityManager, row: CheckoutLinkRow, body: Change): Promise<void> {
  const organization = row.organization.id;
  if (body.products) row.products.set(await sellable(em, organization, unique(body.products)));
  if (body.discount_id !== undefined) {
    row.discount = body.discount_id === null ? null : await discountNamed(em, organization, body.discount_id);
  }
  if (body.label !== undefined) row.label = body.label;
  if (typeof body.allow_discount_codes === 'boolean') row.allowDiscountCodes = body.allow_discount_codes;
  if (typeof body.require_billing_address === 'boolean') row.requireBillingAddress = body.require_billing_address;
  if (body.seats !== undefined) row.seats = body.seats;
  if (body.trial_interval !== undefined) row.trialInterval = body.trial_interval;
  if (body.trial_interval_count !== undefined) row.trialIntervalCount = body.trial_interval_count;
  if (body.success_url !== undefined) row.successUrl = body.success_url;
  if (body.return_url !== undefined) row.returnUrl = body.return_url;
  if (body.metadata) row.metadata = body.metadata;
  if (Boolean(row.trialInterval) !== Boolean(row.trialIntervalCount)) {
    throw invalid(['body', 'trial_interval_count'], WHOLE_TRIAL.message);
  }
  if (body.products || body.seats) await refuseUnfit(em, row, body.seats ? 'seats' : 'products');
}

const unique = (ids: readonly string[]) => [...new Set(ids)];

async function productsNamed(em: EntityManager, organization: OrganizationId, body: New): Promise<ProductRow[]> {
  if ('products' in body) return sellable(em, organization, unique(body.products));
  if ('product_id' in body) return sellable(em, organization, [body.product_id]);
  const id = body.product_price_id as PriceId;
  const price = await em.findOne(Price, { id, product: { organization }, isArchived: false, source: 'catalog' });
  if (price === null) throw invalid(['body', 'product_price_id'], 'This price does not exist, or is archived.');
  return sellable(em, organization, [price.product.id]);
}

async function discountNamed(em: EntityManager, organization: OrganizationId, id: string): Promise<DiscountRow> {
  const discount = await em.findOne(Discount, { id: id as DiscountId, organization, deletedAt: null });
  if (discount === null) throw invalid(['body', 'discount_id'], 'This discount does not exist.');
  return discount as DiscountRow;
}

/** Each of its products is sold by the seat, and for so many. */
async function refuseUnfit(em: EntityManager, { products, seats }: CheckoutLinkRow, field: 'seats' | 'products') {
  if (!seats) return;
  const rows = products.getItems() as ProductRow[];
  await em.populate(rows, ['prices']);
  for (const product of rows) {
    if (!fits(product, seats)) {
      throw invalid(['body', field], `${product.name} is not sold for ${seats} seats.`);
    }
  }
}

function fits(product: ProductRow, seats: number): boolean {
  return pricesNow(product).every((price) => {
    const terms = priceTerms(price);
    if (terms.kind !== 'seat_based') return false;
    return refusalOfQuantity(terms, price.currency, { amount: null, seats }, { least: null, most: null }) === null;
  });
}
