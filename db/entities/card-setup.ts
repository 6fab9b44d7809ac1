import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { PaymentMethodId } from '../../billing/ids.ts';
import { timestamps } from './columns.ts';
import { Customer } from './customer.ts';

/** A card on its way to being saved; its process is `card-setup/{id}`. */
export const CardSetup = defineEntity({
  name: 'CardSetup',
  tableName: 'card_setups',
  properties: {
    id: p.uuid().primary(),
    ...timestamps(),
    customer: () => p.manyToOne(Customer),
    /** `seti_…` */
    intentId: p.text().unique(),
    /** Lets the customer's browser finish it with their bank. */
    clientSecret: p.text(),
    /** The card, once it is saved. */
    paymentMethodId: p.uuid().$type<PaymentMethodId>().nullable(),
    /** Why it was refused, in words for the customer. */
    refusal: p.text().nullable(),
  },
});
export type CardSetupRow = InferEntity<typeof CardSetup>;
