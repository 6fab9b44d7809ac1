/** What a subscription's running usage comes to: the lines of its bill, and what is shown of them before. */
import type { SubscriptionId } from '../billing/ids.ts';
import type { Line } from '../billing/orders.ts';
import { usageLine } from '../billing/usage-lines.ts';
import type { TaxSheet } from '../tax/sheet.ts';
import { type Until, type Usage, usageOfSubscriptions } from './customer-meters.ts';
import type { SubscriptionRow } from './entities/subscription.ts';
import { SubscriptionMeter, type SubscriptionMeterRow } from './entities/subscription-meter.ts';
import type { EntityManager } from './orm.ts';
import { priceTerms } from './price-terms.ts';

/** In the order in which they came; empty where the row says so. */
export async function metersOf(em: EntityManager, row: SubscriptionRow): Promise<SubscriptionMeterRow[]> {
  if (row.openMeters === 0) return [];
  return allMetersOf(em, row);
}

export async function allMetersOf(em: EntityManager, row: SubscriptionRow): Promise<SubscriptionMeterRow[]> {
  const found = await em.find(
    SubscriptionMeter,
    { subscription: row.id },
    { populate: ['meter', 'price'], orderBy: { createdAt: 'asc', id: 'asc' } },
  );
  return found as SubscriptionMeterRow[];
}

/** Null for a meter that credits alone. */
export function lineOfMeter({ meter, price }: SubscriptionMeterRow, usage: Usage): Line | null {
  if (!price) return null;
  const terms = priceTerms(price);
  if (terms.kind !== 'metered_unit') throw new Error(`${price.id} is no metered price.`);
  return usageLine(terms, { priceId: price.id, name: meter.name, ...usage });
}

/**
 * What the end of the running period, or of the subscription, would bill if it were now. Read once for each sheet: whoever
 * sends events all the time has used more each time that the same is priced again, once its tax is known.
 */
export async function runningLines(
  em: EntityManager,
  taxes: TaxSheet,
  row: SubscriptionRow,
  until: Until,
): Promise<readonly Line[]> {
  const known = KNOWN.get(taxes)?.get(row.id);
  if (known !== undefined) return known;
  const lines = await linesUntil(em, row, until);
  KNOWN.set(taxes, new Map(KNOWN.get(taxes)).set(row.id, lines));
  return lines;
}

const KNOWN = new WeakMap<TaxSheet, ReadonlyMap<SubscriptionId, readonly Line[]>>();

async function linesUntil(em: EntityManager, row: SubscriptionRow, until: Until): Promise<Line[]> {
  const meters = await metersOf(em, row);
  if (meters.length === 0) return [];
  const usages = (await usageOfSubscriptions(em, [row], until)).get(row.id);
  return meters.flatMap((each) => {
    const usage = usages?.get(each.meter.id);
    return usage === undefined ? [] : (lineOfMeter(each, usage) ?? []);
  });
}
