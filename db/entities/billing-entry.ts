import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { OrderId, PriceId, SubscriptionId } from '../../billing/ids.ts';
import { amount, instant } from './columns.ts';

/** A credit or a charge, in the subscription's currency, that waits for the next order of its subscription. */
export const BillingEntry = defineEntity({
  name: 'BillingEntry',
  tableName: 'billing_entries',
  properties: {
    id: p.uuid().primary(),
    createdAt: instant(),
    subscriptionId: p.uuid().$type<SubscriptionId>(),
    /** Counted for the subscription: lines keep the order in which they arose. */
    position: p.integer(),
    label: p.text(),
    amount: amount(),
    /** Whether it is for a part of a period, and after discount; usage is neither. */
    proration: p.boolean().default(true),
    priceId: p.uuid().$type<PriceId>().nullable(),
    /** On which it is billed; null: it waits. */
    orderId: p.uuid().$type<OrderId>().nullable(),
  },
  uniques: [{ properties: ['subscriptionId', 'position'] }],
  indexes: [{ properties: ['orderId'] }],
});
export type BillingEntryRow = InferEntity<typeof BillingEntry>;
