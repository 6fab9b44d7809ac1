/** What a discount takes off, in words. */
import type { Discount } from '../api/checkouts.ts';
import { formatMoney } from './money.ts';
import { formatSpan } from './terms.ts';

/** "20% off for 3 months", "$5.00 off once", "50% off". Of what is sold once, it goes without saying how long. */
export function formatDiscount(discount: Discount, currency: string, isRecurring: boolean): string {
  const off =
    discount.type === 'percentage'
      ? `${(discount.basis_points ?? 0) / 100}% off`
      : `${formatMoney(discount.amounts?.[currency] ?? discount.amount ?? 0, currency)} off`;
  if (!isRecurring) return off;
  switch (discount.duration) {
    case 'once':
      return `${off} once`;
    case 'repeating':
      return `${off} for ${formatSpan('month', discount.duration_in_months ?? 0)}`;
    case 'forever':
      return off;
  }
}
