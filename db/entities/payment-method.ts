import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { PaymentMethodId } from '../../billing/ids.ts';
import { instant, timestamps } from './columns.ts';
import { Customer } from './customer.ts';

/** A card saved at the processor, as much of it as may be shown. */
export const PaymentMethod = defineEntity({
  name: 'PaymentMethod',
  tableName: 'payment_methods',
  properties: {
    id: p.uuid().$type<PaymentMethodId>().primary(),
    ...timestamps(),
    customer: () => p.manyToOne(Customer),
    /** `pm_…`; unique among those not removed. */
    stripeId: p.text().unique(),
    type: p.text(),
    brand: p.text().nullable(),
    last4: p.string().length(4).nullable(),
    expMonth: p.integer().nullable(),
    expYear: p.integer().nullable(),
    country: p.string().length(2).nullable(),
    /** The processor's mark of the card number, the same for each customer who uses the card. */
    fingerprint: p.text().nullable(),
    /** The expiry that the customer has been reminded of, as `2027-04`. */
    expirationRemindedFor: p.string().length(7).nullable(),
    deletedAt: instant().nullable(),
  },
  indexes: [
    { properties: ['customer'] },
    {
      name: 'payment_methods_by_expiration',
      properties: ['expYear', 'expMonth'],
      where: { deletedAt: null },
    },
  ],
});
export type PaymentMethodRow = InferEntity<typeof PaymentMethod>;
