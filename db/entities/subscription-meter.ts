import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { timestamps } from './columns.ts';
import { Meter } from './meter.ts';
import { Price } from './price.ts';
import { Subscription } from './subscription.ts';

/** A subscription is about a meter, at the price that held when it was made or changed; its product's may be others by now. */
export const SubscriptionMeter = defineEntity({
  name: 'SubscriptionMeter',
  tableName: 'subscription_meters',
  properties: {
    id: p.uuid().primary(),
    ...timestamps(),
    subscription: () => p.manyToOne(Subscription),
    meter: () => p.manyToOne(Meter),
    /** Null: it credits units, and bills nothing beyond them. */
    price: () => p.manyToOne(Price).nullable(),
  },
  uniques: [{ properties: ['subscription', 'meter'] }],
  indexes: [{ properties: ['meter'] }],
});
export type SubscriptionMeterRow = InferEntity<typeof SubscriptionMeter>;
