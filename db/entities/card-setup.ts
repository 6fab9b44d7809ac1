import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
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
  },
});
export type CardSetupRow = InferEntity<typeof CardSetup>;
