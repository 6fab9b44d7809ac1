import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { SubscriptionId } from '../../billing/ids.ts';
import { timestamps } from './columns.ts';
import { Customer } from './customer.ts';
import { Meter } from './meter.ts';

/**
 * A customer has something to do with a meter: they were counted by it, are billed by it or credited on it. The database
 * makes the row with the first event; what was used stands in the accounts of their subjects.
 */
export const CustomerMeter = defineEntity({
  name: 'CustomerMeter',
  tableName: 'customer_meters',
  properties: {
    id: p.uuid().primary(),
    ...timestamps(),
    customer: () => p.manyToOne(Customer),
    meter: () => p.manyToOne(Meter),
    /** Whole units, as the period began: the sum of what is left of the customer's credits. */
    credited: p.decimal('string').default('0'),
    /** Which thresholds there were when the merchant was told last; null: not since there are credits. */
    toldThresholds: p.array<number>().columnType('int[]').nullable(),
    /** Those that were not reached then. */
    toldAhead: p.array<number>().columnType('int[]').defaultRaw(`'{}'`),
    /** By whose periods it is counted, and who bills it: one, however many subscriptions have the meter; null: none. */
    subscriptionId: p.uuid().$type<SubscriptionId>().nullable(),
  },
  uniques: [{ properties: ['customer', 'meter'] }],
  indexes: [{ properties: ['meter'] }],
});
export type CustomerMeterRow = InferEntity<typeof CustomerMeter>;
