/**
 * A meter period ends within a period that is paid in advance: its usage is closed and billed by an order of its own, and
 * units are credited anew. Where both end together, the renewal does it.
 */
import type { Line } from '../../billing/orders.ts';
import { lineOfEntry, usageEntries } from '../../db/billing-entries.ts';
import { Customer } from '../../db/entities/customer.ts';
import type { OrderRow } from '../../db/entities/order.ts';
import { Product } from '../../db/entities/product.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { cycleGrants } from '../../db/grants.ts';
import { isMeterCycleNext, usageEndOf } from '../../db/meter-cycles.ts';
import type { EntityManager } from '../../db/orm.ts';
import { priceOrderOf } from '../../db/pricing.ts';
import type { TaxSheet } from '../../tax/sheet.ts';
import type { Dependencies } from '../dependencies.ts';
import { writeReceipt } from '../email/receipt.ts';
import { settleWithBalance } from '../ledger/balance.ts';
import { createOrder } from '../orders/create.ts';
import { openFirstPayment } from '../orders/first-payment.ts';
import { orderOfUsage } from '../orders/same-ids.ts';
import { creditingGrants, cycleCredits } from './credits.ts';
import { discountOfUsage } from './discount.ts';
import { billEntries } from './entries.ts';
import { closeUsage, metersCounted } from './metering.ts';
import { enterMeterPeriod } from './period.ts';
import { finishOrder, type OpenPeriod } from './renew.ts';
import { type Stepped, takeStep, tellSubscription } from './step.ts';

/** What there is to charge is the state's pending charge; declined, it goes the way of a failed renewal. */
export function openMeterCycle(deps: Dependencies, step: OpenPeriod): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at, taxes) => {
    if (!isMeterCycleNext(row)) return;
    const end = usageEndOf(row);
    const grants = await creditingGrants(em, row);
    const usage = await closeUsage(em, row, at);
    const closed = new Set(await metersCounted(em, row));
    enterMeterPeriod(row, end);
    await em.flush();
    const order = await billUsage(em, taxes, row, { usage, end, begunAt: step.begunAt, at });
    await cycleCredits(em, row, grants, closed, at);
    await cycleGrants(em, row, at, 'meter_credit');
    await tellSubscription(em, row, at, 'subscription.updated');
    if (order === null) return;
    await finishOrder(em, order, at);
    await writeReceipt(em, row, order, at);
  });
}

interface Closed {
  readonly usage: readonly Line[];
  /** Of the meter period. */
  readonly end: Date;
  /** Real time, ms since 1970. */
  readonly begunAt: number;
  readonly at: Date;
}

/** Its order, with the usage of a former plan that waits for one; null where nothing costs anything. */
async function billUsage(
  em: EntityManager,
  taxes: TaxSheet,
  row: SubscriptionRow,
  { usage, end, begunAt, at }: Closed,
): Promise<OrderRow | null> {
  const waiting = await usageEntries(em, row);
  const lines = [...usage.filter(({ amount }) => amount !== 0), ...waiting.map(lineOfEntry)];
  if (lines.length === 0) return null;
  const [customer, product] = await Promise.all([
    em.findOneOrFail(Customer, row.customer.id),
    em.findOneOrFail(Product, row.product.id),
  ]);
  const discount = await discountOfUsage(em, row, lines, end);
  const priced = await priceOrderOf(em, taxes, row, { lines, discount: discount?.amount ?? 0, at: end.getTime() });
  const order = await createOrder(em, {
    id: orderOfUsage(row.id, end),
    customer,
    product,
    subscription: row,
    cycle: null,
    meterPeriodEnd: end,
    checkoutId: null,
    billingReason: 'subscription_meter_cycle',
    currency: row.currency,
    seats: row.seats ?? null,
    priced,
    discount: discount?.discount ?? null,
    metadata: row.metadata,
    at,
  });
  billEntries(row, waiting, order.id);
  await settleWithBalance(em, order, at);
  openFirstPayment(em, row, order, customer, { begunAt }, at);
  await em.flush();
  return order;
}
