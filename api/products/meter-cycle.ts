/** How often a product's usage is billed, where that is more often than its billing interval. */
import { dividesEvenly } from '../../billing/meter-periods.ts';
import type { Recurrence } from '../../billing/periods.ts';
import type { ProductRow } from '../../db/entities/product.ts';
import type { ProductCreate } from '../../schemas/product.ts';
import { invalid } from '../errors.ts';

type Cycle = Pick<ProductRow, 'meterInterval' | 'meterIntervalCount'>;

/** An even part of the billing interval, so that both end together. */
export function askedMeterCycle(body: ProductCreate): Cycle {
  const { meter_interval: interval, meter_interval_count: count, recurring_interval } = body;
  if (!interval || !recurring_interval) return { meterInterval: null, meterIntervalCount: null };
  const meter: Recurrence = { interval, count: count ?? 1 };
  const billing: Recurrence = { interval: recurring_interval, count: body.recurring_interval_count };
  if (!dividesEvenly(meter, billing)) {
    throw invalid(['body', 'meter_interval'], 'The billing interval must be a whole number of meter intervals.');
  }
  return { meterInterval: meter.interval, meterIntervalCount: meter.count };
}
