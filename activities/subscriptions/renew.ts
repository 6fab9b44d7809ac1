/** A period ends and the next one opens, with the order that bills it. The end of a trial is the first such opening. */
import { randomUUID } from 'node:crypto';
import type { OrderId, PaymentId } from '../../billing/ids.ts';
import { cycleAt, type Period, periodOf } from '../../billing/periods.ts';
import { Customer } from '../../db/entities/customer.ts';
import type { OrderRow } from '../../db/entities/order.ts';
import { Payment } from '../../db/entities/payment.ts';
import { Price } from '../../db/entities/price.ts';
import { Product } from '../../db/entities/product.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { cycleGrants } from '../../db/grants.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { Dependencies } from '../dependencies.ts';
import { settleWithBalance } from '../ledger/balance.ts';
import { createOrder, numberInvoice } from '../orders/create.ts';
import { dueOf, markPaid, tellOrder } from '../orders/pay.ts';
import { discountOfPeriod } from './discount.ts';
import { linesOf } from '../../db/lines.ts';
import { type Step, type Stepped, takeStep, tellSubscription } from './step.ts';

export interface OpenPeriod extends Step {
  /** Real time, ms since 1970. */
  readonly begunAt: number;
}

/** What there is to charge is the state's pending charge; without one, the order is paid already. */
export function openPeriod(deps: Dependencies, step: OpenPeriod): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at) => {
    const wasTrialing = row.status === 'trialing';
    enterNextPeriod(row, at);
    await em.flush();
    const order = await billPeriod(em, row, step, at);
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
  });
}

/** The last of what opens a period: an order on which nothing is due is paid, and it is numbered and told of. */
export async function finishOrder(em: EntityManager, order: OrderRow, at: Date): Promise<void> {
  if (dueOf(order) === 0) markPaid(order, at);
  await numberInvoice(em, order);
  await em.flush();
  await tellOrder(em, order, at, 'order.created', ...(order.status === 'paid' ? (['order.paid'] as const) : []));
}

/** A period that begins off the calendar kept so far; later ones are counted from it. */
export function startPeriodAt(row: SubscriptionRow, at: Date): void {
  row.anchor = at;
  row.anchorCycle = row.cycle;
  const period = nextPeriod(row);
  row.currentPeriodStart = new Date(period.start);
  row.currentPeriodEnd = new Date(period.end);
}

function enterNextPeriod(row: SubscriptionRow, at: Date): void {
  const period = nextPeriod(row);
  if (row.status === 'trialing') row.status = 'active';
  row.currentPeriodStart = new Date(period.start);
  row.currentPeriodEnd = new Date(period.end);
  row.modifiedAt = at;
}

/** After a trial the first period of the anchor, which is the trial's end; else the one after the current. */
function nextPeriod(row: SubscriptionRow): Period {
  const recurrence = { interval: row.recurringInterval, count: row.recurringIntervalCount };
  row.cycle += 1;
  return periodOf(row.anchor.getTime(), recurrence, row.cycle - row.anchorCycle);
}

/** The order of the period that has just opened, and its first payment where something is due. */
export async function billPeriod(
  em: EntityManager,
  row: SubscriptionRow,
  step: OpenPeriod,
  at: Date,
): Promise<OrderRow> {
  const [customer, product, price] = await Promise.all([
    em.findOneOrFail(Customer, row.customer.id),
    em.findOneOrFail(Product, row.product.id),
    em.findOneOrFail(Price, row.price.id),
  ]);
  const lines = linesOf({ product, price, amount: row.amount, seats: row.seats });
  const order = await createOrder(em, {
    id: randomUUID() as OrderId,
    customer,
    product,
    subscription: row,
    cycle: row.cycle,
    checkoutId: null,
    billingReason: 'subscription_cycle',
    currency: row.currency,
    seats: row.seats ?? null,
    lines,
    discount: await discountOfPeriod(em, row, lines),
    metadata: row.metadata,
    at,
  });
  await settleWithBalance(em, order, at);
  if (dueOf(order) > 0) {
    em.create(Payment, {
      id: randomUUID() as PaymentId,
      createdAt: at,
      organization: row.organization,
      customer,
      order,
      attempt: 1,
      trigger: 'subscription_cycle',
      begunAt: new Date(step.begunAt),
      amount: dueOf(order),
      currency: order.currency,
      paymentMethodId: customer.defaultPaymentMethodId ?? null,
    });
  }
  await em.flush();
  return order;
}

/** Leaves out periods that passed while an order was unpaid: they were not delivered, so they are not billed. */
export function skipMissedPeriods(row: SubscriptionRow, at: Date): void {
  if (row.currentPeriodEnd.getTime() > at.getTime()) return;
  const recurrence = { interval: row.recurringInterval, count: row.recurringIntervalCount };
  row.cycle = row.anchorCycle + cycleAt(row.anchor.getTime(), recurrence, at.getTime());
  const period = periodOf(row.anchor.getTime(), recurrence, row.cycle - row.anchorCycle);
  row.currentPeriodStart = new Date(period.start);
  row.currentPeriodEnd = new Date(period.end);
}
