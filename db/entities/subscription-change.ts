import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { ChangeId, OrderId, SubscriptionId } from '../../billing/ids.ts';
import { amount, instant, timestamps } from './columns.ts';
import { Price } from './price.ts';
import { Product } from './product.ts';

export const CHANGE_STATUSES = ['pending', 'charging', 'applied', 'void'] as const;

/** A wished change of what a subscription is for: kept as it was asked for until it is applied or comes to nothing. */
export const SubscriptionChange = defineEntity({
  name: 'SubscriptionChange',
  tableName: 'subscription_changes',
  properties: {
    id: p.uuid().$type<ChangeId>().primary(),
    ...timestamps(),
    subscriptionId: p.uuid().$type<SubscriptionId>(),
    /** `pending`: for the next renewal. `charging`: for when its order is paid. */
    status: p.enum(CHANGE_STATUSES),
    product: () => p.manyToOne(Product),
    price: () => p.manyToOne(Price),
    /** Of a whole period, before discounts. */
    amount: amount(),
    seats: p.integer().nullable(),
    /** The period that starts with it; null: the present one goes on. */
    periodStart: instant().nullable(),
    /** What a whole period of it is charged with, after discount. */
    periodAmount: amount().nullable(),
    /** The order that has to be paid before it is applied. */
    orderId: p.uuid().$type<OrderId>().nullable().unique(),
  },
  indexes: [{ properties: ['subscriptionId'] }],
});
export type SubscriptionChangeRow = InferEntity<typeof SubscriptionChange>;
