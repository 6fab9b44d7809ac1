/** A customer changes what they subscribe to: at once, at the next renewal, or once it is paid. */
import { randomUUID } from 'node:crypto';
import type { Behavior, ChangeNow } from '../../billing/changes.ts';
import type { ChangeId, OrderId } from '../../billing/ids.ts';
import { afterDiscount } from '../../billing/order-tax.ts';
import type { Line } from '../../billing/orders.ts';
import { waitingEntries } from '../../db/billing-entries.ts';
import { orderLinesOf } from '../../db/change-orders.ts';
import { type Planned, planChange, type Wish } from '../../db/change-plan.ts';
import { Customer } from '../../db/entities/customer.ts';
import type { OrderRow } from '../../db/entities/order.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { SubscriptionChange, type SubscriptionChangeRow } from '../../db/entities/subscription-change.ts';
import { CARD_NEEDED, lacksCard } from '../../db/lacks-card.ts';
import type { EntityManager } from '../../db/orm.ts';
import { priceOrderOf } from '../../db/pricing.ts';
import type { TaxSheet } from '../../tax/sheet.ts';
import type { Dependencies } from '../dependencies.ts';
import { snapshotOf } from '../email/terms.ts';
import { writeEmail } from '../email/write.ts';
import { refuse } from '../failures.ts';
import { settleWithBalance } from '../ledger/balance.ts';
import { createOrder } from '../orders/create.ts';
import { openFirstPayment } from '../orders/first-payment.ts';
import { dueOf } from '../orders/pay.ts';
import { applyChange, dropPendingChange } from './apply-change.ts';
import { billWaiting, keepForNextOrder } from './entries.ts';
import { followMovedEnd } from './period.ts';
import { recordChange } from './recorded.ts';
import { finishOrder } from './renew.ts';
import { type Step, type Stepped, takeStep, tellSubscription } from './step.ts';

export interface ChangeTerms extends Step {
  readonly wish: Wish;
  /** Null: as the organization has it. */
  readonly behavior: Behavior | null;
  /** Where the customer comes back to from their bank; null or missing: they are not there. */
  readonly returnUrl?: string | null;
  /** Real time, ms since 1970. */
  readonly begunAt: number;
}

type Possible = Exclude<Planned, { refusal: string }>;

/** Where something is due, it is the state's pending charge, and the change takes hold when that is paid. */
export function changeTerms(deps: Dependencies, step: ChangeTerms): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at, taxes) => {
    const before = await snapshotOf(em, row);
    const planned = await planChange(em, row, step.wish, step.behavior, step.at);
    if ('refusal' in planned) refuse('Refused', planned.refusal);
    if (await lacksCard(em, row, planned)) refuse('PaymentFailed', CARD_NEEDED);
    const { plan } = planned;
    if (plan.kind === 'now' && plan.billed === 'now') return billChange(em, taxes, row, planned, plan, step, at);
    const hadPending = await dropPendingChange(em, row, at);
    if (plan.kind === 'nothing' && !hadPending) return;
    if (plan.kind === 'later') {
      row.pendingChange = keep(em, row, planned, 'pending', at);
    } else if (plan.kind === 'now') {
      if (plan.billed === 'next_order') await keepForNextOrder(em, row, plan.lines, at);
      if (plan.status === 'trialing') moveTrial(row, new Date(plan.period.end));
      await applyChange(em, row, keep(em, row, planned, 'applied', at), at);
    }
    await tellSubscription(em, row, at, 'subscription.updated');
    await writeEmail(em, { kind: 'subscription_updated', subscription: row, before, at });
  });
}

export function clearPendingChange(deps: Dependencies, step: Step): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at) => {
    const before = await snapshotOf(em, row);
    if (!(await dropPendingChange(em, row, at))) return;
    await recordChange(em, row, at, 'subscription.update_cleared');
    await tellSubscription(em, row, at, 'subscription.updated');
    await writeEmail(em, { kind: 'subscription_updated', subscription: row, before, at });
  });
}

/** The order of the change, with all that waited for an order; and its payment, or at once the change itself. */
async function billChange(
  em: EntityManager,
  taxes: TaxSheet,
  row: SubscriptionRow,
  planned: Possible,
  plan: ChangeNow,
  step: ChangeTerms,
  at: Date,
): Promise<void> {
  const customer = await em.findOneOrFail(Customer, row.customer.id);
  const waiting = await waitingEntries(em, row);
  const { lines, discountAmount } = orderLinesOf(row, plan, planned.discount, waiting, step.at);
  const priced = await priceOrderOf(em, taxes, row, { lines, discount: discountAmount, at: step.at });
  const order = await createOrder(em, {
    id: randomUUID() as OrderId,
    customer,
    product: planned.target.product,
    subscription: row,
    cycle: null,
    checkoutId: null,
    billingReason: 'subscription_update',
    currency: row.currency,
    seats: planned.target.seats,
    priced,
    discount: discountAmount > 0 ? planned.discount : null,
    metadata: row.metadata,
    at,
  });
  await billWaiting(em, row, order.id);
  await settleWithBalance(em, order, at);
  const periodStart = plan.isNewPeriod ? new Date(plan.period.start) : null;
  const periodAmount = periodStart ? chargedFor(plan, discountAmount, lines) : planned.target.terms.discounted;
  const change = keep(em, row, planned, 'charging', at, { orderId: order.id, periodStart, periodAmount });
  if (dueOf(order) === 0) {
    await em.flush();
    await takeHold(em, row, change, order, at);
    await finishOrder(em, order, at);
    return;
  }
  openFirstPayment(em, row, order, customer, step, at);
}

/** What the order charges for the period that begins: other lines take their share of the discount. */
function chargedFor(plan: ChangeNow, discountAmount: number, lines: readonly Line[]): number {
  const left = afterDiscount(lines, discountAmount).slice(0, plan.lines.length);
  return left.filter((_, i) => !plan.lines[i]?.proration).reduce((sum, amount) => sum + amount, 0);
}

/** The change's order is paid. A period that starts with it is billed by that order. */
export async function takeHold(
  em: EntityManager,
  row: SubscriptionRow,
  change: SubscriptionChangeRow,
  order: OrderRow,
  at: Date,
): Promise<void> {
  const before = await snapshotOf(em, row);
  const wasTrialing = row.status === 'trialing';
  await dropPendingChange(em, row, at);
  await applyChange(em, row, change, at);
  if (change.periodStart) order.cycle = row.cycle;
  if (order.discount) row.discountFirstUsedAt ??= change.periodStart ?? at;
  const becameActive = wasTrialing && row.status === 'active' ? (['subscription.active'] as const) : [];
  await tellSubscription(em, row, at, 'subscription.updated', ...becameActive);
  await writeEmail(em, { kind: 'subscription_updated', subscription: row, before, order, at });
}

/** The trial goes on until another date, and later periods are counted from there. */
function moveTrial(row: SubscriptionRow, end: Date): void {
  row.trialEnd = end;
  row.currentPeriodEnd = end;
  row.anchor = end;
  row.anchorCycle = row.cycle;
  followMovedEnd(row);
}

interface Kept {
  readonly orderId?: OrderId;
  readonly periodStart?: Date | null;
  readonly periodAmount?: number | null;
}

function keep(
  em: EntityManager,
  row: SubscriptionRow,
  { target }: Possible,
  status: SubscriptionChangeRow['status'],
  at: Date,
  kept: Kept = {},
): SubscriptionChangeRow {
  return em.create(SubscriptionChange, {
    id: randomUUID() as ChangeId,
    createdAt: at,
    subscriptionId: row.id,
    status,
    product: target.product,
    price: target.price,
    amount: target.terms.amount,
    seats: target.seats,
    periodAmount: status === 'pending' ? null : target.terms.discounted,
    ...kept,
  });
}
