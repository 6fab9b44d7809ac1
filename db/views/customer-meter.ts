/** A customer's usage of a meter: as merchants see it, as the customer does, and on their subscriptions. */

import type { MeterId } from '../../billing/ids.ts';
import { reachedOf } from '../../billing/levels.ts';
import { meteredAmount } from '../../billing/metered.ts';
import type { CustomerCustomerMeter, CustomerMeter, CustomerSubscriptionMeter } from '../../schemas/customer-meter.ts';
import type { CustomerStateMeter, SubscriptionMeter } from '../../schemas/meter-usage.ts';
import { balanceOfMeter, UNUSED, type Usage } from '../customer-meters.ts';
import type { CustomerMeterRow } from '../entities/customer-meter.ts';
import type { MeterRow } from '../entities/meter.ts';
import type { SubscriptionRow } from '../entities/subscription.ts';
import type { SubscriptionMeterRow } from '../entities/subscription-meter.ts';
import { priceTerms } from '../price-terms.ts';
import { customerView } from './customer.ts';
import { meterView } from './meter.ts';
import { identity } from './stamps.ts';

export function customerMeterView(row: CustomerMeterRow, usage: Usage): CustomerMeter {
  const view = { ...shown(row, usage), customer: customerView(row.customer), meter: meterView(row.meter) };
  return { ...view, ...reachedView(row, usage) };
}

export function portalMeterView(row: CustomerMeterRow, usage: Usage): CustomerCustomerMeter {
  return { ...shown(row, usage), meter: namedMeter(row.meter) };
}

export function stateMeterView(row: CustomerMeterRow, usage: Usage): CustomerStateMeter {
  const { customer_id: _, ...meter } = shown(row, usage);
  return { ...meter, ...reachedView(row, usage) };
}

const reachedView = ({ meter }: CustomerMeterRow, usage: Usage) =>
  meter.thresholds.length === 0 ? {} : { thresholds_reached: reachedOf(meter.thresholds, usage) };

function shown(row: CustomerMeterRow, usage: Usage) {
  return {
    ...identity(row),
    ...unitsView(row.meter.id, usage),
    customer_id: row.customer.id,
    balance: Number(balanceOfMeter(usage)),
  };
}

const unitsView = (meter: MeterId, { consumed, credited }: Usage) => ({
  meter_id: meter,
  consumed_units: Number(consumed),
  credited_units: Number(credited),
});

const namedMeter = (meter: MeterRow) => ({ ...identity(meter), name: meter.name });

/** By meter; what is missing is counted by another subscription, or not any more. */
export type UsageByMeter = ReadonlyMap<MeterId, Usage>;

export function subscriptionMetersView(row: SubscriptionRow, usages: UsageByMeter): SubscriptionMeter[] {
  return pricedMeters(row).map((each) => ({ ...spent(each, usages), meter: meterView(each.meter) }));
}

export function portalSubscriptionMetersView(row: SubscriptionRow, usages: UsageByMeter): CustomerSubscriptionMeter[] {
  return pricedMeters(row).map((each) => ({ ...spent(each, usages), meter: namedMeter(each.meter) }));
}

export function stateSubscriptionMetersView(row: SubscriptionRow, usages: UsageByMeter) {
  return pricedMeters(row).map((each) => spent(each, usages));
}

/** Those that it bills by. */
export function pricedMeters(row: SubscriptionRow): SubscriptionMeterRow[] {
  const byAge = (a: SubscriptionMeterRow, b: SubscriptionMeterRow) =>
    a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1);
  return row.meters
    .getItems()
    .filter(({ price }) => price)
    .sort(byAge) as SubscriptionMeterRow[];
}

function spent(row: SubscriptionMeterRow, usages: UsageByMeter) {
  const usage = usages.get(row.meter.id) ?? UNUSED;
  return { ...identity(row), ...unitsView(row.meter.id, usage), amount: amountOf(row, usage) };
}

function amountOf({ price }: SubscriptionMeterRow, { consumed, credited }: Usage): number {
  const terms = price ? priceTerms(price) : null;
  return terms?.kind === 'metered_unit' ? meteredAmount(terms, consumed, credited) : 0;
}
