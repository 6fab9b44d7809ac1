/** A discount as merchants and buyers see it. */
import type { AppliedDiscount, CheckoutDiscount, Discount } from '../../schemas/discount.ts';
import type { DiscountRow } from '../entities/discount.ts';
import { productFieldsView } from './product.ts';
import { identity, isoOrNull } from './stamps.ts';

export const DISCOUNT_POPULATE = ['products'] as const;

export function discountView(row: DiscountRow): Discount {
  return { ...appliedDiscountView(row), products: row.products.getItems().map(productFieldsView) };
}

export function appliedDiscountView(row: DiscountRow): AppliedDiscount {
  return {
    ...identity(row),
    ...termsView(row),
    name: row.name,
    code: row.code ?? null,
    starts_at: isoOrNull(row.startsAt),
    ends_at: isoOrNull(row.endsAt),
    max_redemptions: row.maxRedemptions ?? null,
    max_redemptions_per_customer: row.maxRedemptionsPerCustomer ?? null,
    redemptions_count: row.redemptionsCount,
    organization_id: row.organization.id,
    metadata: row.metadata,
  };
}

export function checkoutDiscountView(row: DiscountRow): CheckoutDiscount {
  return { id: row.id, name: row.name, code: row.code ?? null, ...termsView(row) };
}

function termsView(row: DiscountRow) {
  const duration =
    row.duration === 'repeating'
      ? { duration: row.duration, duration_in_months: row.durationInMonths ?? 0 }
      : { duration: row.duration };
  if (row.type === 'percentage') return { type: row.type, basis_points: row.basisPoints ?? 0, ...duration };
  const amounts = row.amounts ?? {};
  const currency = row.currency ?? '';
  return { type: row.type, amount: amounts[currency] ?? 0, currency, amounts, ...duration };
}
