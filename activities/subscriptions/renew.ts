/** A period ends and the next one opens, with the order that bills it. The end of a trial is the first such opening. */
import { afterDiscount } from '../../billing/order-tax.ts';
import type { Line } from '../../billing/orders.ts';
import { lineOfEntry, waitingEntries } from '../../db/billing-entries.ts';
import { Customer } from '../../db/entities/customer.ts';
import type { OrderRow } from '../../db/entities/order.ts';
import { Price } from '../../db/entities/price.ts';
import { Product } from '../../db/entities/product.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { cycleGrants } from '../../db/grants.ts';
import { linesOf } from '../../db/lines.ts';
import type { EntityManager } from '../../db/orm.ts';
import { priceOrderOf } from '../../db/pricing.ts';
import type { TaxSheet } from '../../tax/sheet.ts';
import type { Dependencies } from '../dependencies.ts';
import { writeReceipt } from '../email/receipt.ts';
import { settleWithBalance } from '../ledger/balance.ts';
import { createOrder, numberInvoice } from '../orders/create.ts';
import { openFirstPayment } from '../orders/first-payment.ts';
import { dueOf, markPaid, tellOrder } from '../orders/pay.ts';
import { orderOfCycle } from '../orders/same-ids.ts';
import { applyPendingChange } from './apply-change.ts';
import { creditingGrants, cycleCredits } from './credits.ts';
import { discountOfPeriod } from './discount.ts';
import { billWaiting } from './entries.ts';
import { closeUsage, metersCounted } from './metering.ts';
import { enterNextPeriod } from './period.ts';
import { type Step, type Stepped, takeStep, tellSubscription } from './step.ts';

export interface OpenPeriod extends Step {
  /** Real time, ms since 1970. */
  readonly begunAt: number;
}

/** What there is to charge is the state's pending charge; without one, the order is paid already. */
export function openPeriod(deps: Dependencies, step: OpenPeriod): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at, taxes) => {
    const wasTrialing = row.status === 'trialing';
    const grants = await creditingGrants(em, row);
    const usage = await closeUsage(em, row, at);
    const closed = new Set(await metersCounted(em, row));
    await applyPendingChange(em, row, at);
    enterNextPeriod(row, at);
    await em.flush();
    const order = await billPeriod(em, taxes, row, usage, step, at);
    await cycleCredits(em, row, grants, closed, at);
    await cycleGrants(em, row, at);
    await tellSubscription(
      em,
      row,
      at,
      'subscription.updated',
      'subscription.cycled',
      ...(wasTrialing ? (['subscription.active'] as const) : []),
    );
    await finishOrder(em, order, at);
    await writeReceipt(em, row, order, at);
  });
}

/** The last of what opens a period: an order on which nothing is due is paid, and it is numbered and told of. */
export async function finishOrder(em: EntityManager, order: OrderRow, at: Date): Promise<void> {
  if (dueOf(order) === 0 && order.status === 'pending') await markPaid(em, order, at);
  await numberInvoice(em, order);
  await em.flush();
  await tellOrder(em, order, at, 'order.created', ...(order.status === 'paid' ? (['order.paid'] as const) : []));
}

const sum = (amounts: readonly number[]): number => amounts.reduce((all, amount) => all + amount, 0);

/** The order of the period that has just opened, with what was used in the last one, and its first payment where something is due. */
export async function billPeriod(
  em: EntityManager,
  taxes: TaxSheet,
  row: SubscriptionRow,
  usage: readonly Line[],
  step: OpenPeriod,
  at: Date,
): Promise<OrderRow> {
  const [customer, product, price] = await Promise.all([
    em.findOneOrFail(Customer, row.customer.id),
    em.findOneOrFail(Product, row.product.id),
    em.findOneOrFail(Price, row.price.id),
  ]);
  const period = linesOf({ product, price, amount: row.amount, seats: row.seats });
  const waiting = (await waitingEntries(em, row)).map(lineOfEntry);
  const lines = [...period, ...usage, ...waiting];
  const discount = await discountOfPeriod(em, row, lines);
  const left = afterDiscount(lines, discount?.amount ?? 0);
  // The order says so unless its discount is for other lines too.
  if (discount !== null && lines.length > period.length) row.periodAmount = sum(left.slice(0, period.length));
  const priced = await priceOrderOf(em, taxes, row, {
    lines,
    discount: discount?.amount ?? 0,
    at: at.getTime(),
  });
  const order = await createOrder(em, {
    id: orderOfCycle(row.id, row.cycle),
    customer,
    product,
    subscription: row,
    cycle: row.cycle,
    checkoutId: null,
    billingReason: 'subscription_cycle',
    currency: row.currency,
    seats: row.seats ?? null,
    priced,
    discount: discount?.discount ?? null,
    metadata: row.metadata,
    at,
  });
  await billWaiting(em, row, order.id);
  await settleWithBalance(em, order, at);
  openFirstPayment(em, row, order, customer, step, at);
  await em.flush();
  return order;
}
