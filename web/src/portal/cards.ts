/** A saved card, in words, and whether it can still be charged. */
import type { PaymentMethod } from '../api/portal.ts';

export function nameOf({ type, method_metadata: card }: PaymentMethod): string {
  if (card === undefined) return `${type.slice(0, 1).toUpperCase()}${type.slice(1).replaceAll('_', ' ')}`;
  return `${card.brand.slice(0, 1).toUpperCase()}${card.brand.slice(1)} •••• ${card.last4}`;
}

/** "12 / 2034". */
export function expiryOf({ method_metadata: card }: PaymentMethod): string | undefined {
  return card === undefined ? undefined : `${String(card.exp_month).padStart(2, '0')} / ${card.exp_year}`;
}

export type Expiry = 'good' | 'soon' | 'expired';

/** A card is good to the end of its month; `soon` is that month, and the one before. */
export function expiryState({ method_metadata: card }: PaymentMethod, now = new Date()): Expiry {
  if (card === undefined) return 'good';
  const monthsLeft = (card.exp_year - now.getFullYear()) * 12 + card.exp_month - (now.getMonth() + 1);
  if (monthsLeft < 0) return 'expired';
  return monthsLeft < 2 ? 'soon' : 'good';
}
