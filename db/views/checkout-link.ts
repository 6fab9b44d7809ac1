/** A checkout link as the API shows it. */
import type { Environment } from '../../config/environment.ts';
import type { CheckoutLink } from '../../schemas/checkout-link.ts';
import type { CheckoutLinkRow } from '../entities/checkout-link.ts';
import type { DiscountRow } from '../entities/discount.ts';
import type { ProductRow } from '../entities/product.ts';
import { appliedDiscountView } from './discount.ts';
import { publicProductView } from './product.ts';
import { identity } from './stamps.ts';

export const CHECKOUT_LINK_POPULATE = ['products.prices', 'products.benefits', 'discount'] as const;

export function checkoutLinkView(row: CheckoutLinkRow, { PUBLIC_URL }: Pick<Environment, 'PUBLIC_URL'>): CheckoutLink {
  const discount = row.discount && !row.discount.deletedAt ? (row.discount as DiscountRow) : null;
  return {
    ...identity(row),
    trial_interval: row.trialInterval ?? null,
    trial_interval_count: row.trialIntervalCount ?? null,
    metadata: row.metadata,
    payment_processor: 'stripe',
    client_secret: row.clientSecret,
    url: `${PUBLIC_URL}/buy/${row.clientSecret}`,
    success_url: row.successUrl ?? null,
    return_url: row.returnUrl ?? null,
    label: row.label ?? null,
    allow_discount_codes: row.allowDiscountCodes,
    require_billing_address: row.requireBillingAddress,
    discount_id: discount?.id ?? null,
    discount: discount && appliedDiscountView(discount),
    seats: row.seats ?? null,
    organization_id: row.organization.id,
    products: row.products.getItems().map((product) => ({
      ...publicProductView(product as ProductRow),
      metadata: product.metadata,
    })),
  };
}
