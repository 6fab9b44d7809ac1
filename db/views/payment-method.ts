/** A saved card as the merchant and its owner see it. */
import type { PaymentMethod } from '../../schemas/payment-method.ts';
import type { PaymentMethodRow } from '../entities/payment-method.ts';
import { identity } from './stamps.ts';

/** `customer` must be loaded: it says which card is the one that is charged. */
export function paymentMethodView(row: PaymentMethodRow): PaymentMethod {
  const fields = {
    ...identity(row),
    processor: 'stripe' as const,
    customer_id: row.customer.id,
    is_default: row.customer.defaultPaymentMethodId === row.id,
  };
  if (row.type !== 'card') return { ...fields, type: row.type };
  return {
    ...fields,
    type: 'card',
    method_metadata: {
      brand: row.brand ?? 'unknown',
      last4: row.last4 ?? '',
      exp_month: row.expMonth ?? 0,
      exp_year: row.expYear ?? 0,
      wallet: null,
    },
  };
}
