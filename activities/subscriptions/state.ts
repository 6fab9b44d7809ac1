/** Reads from a subscription's rows where its process stands: the base of every answer to the workflow, and of repair. */
import { DAY } from '../../billing/periods.ts';
import { renewalReminderAt } from '../../billing/reminders.ts';
import type { Dunning, SubscriptionState } from '../../billing/subscription-state.ts';
import { BenefitGrant } from '../../db/entities/benefit-grant.ts';
import { Order } from '../../db/entities/order.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Payment } from '../../db/entities/payment.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';

export async function stateOf(em: EntityManager, row: SubscriptionRow): Promise<SubscriptionState> {
  return {
    ...stateOfRow(row),
    ...(await chargesOf(em, row)),
    dunning: row.status === 'past_due' ? await dunningOf(em, row) : null,
  };
}

/** As much as the subscription's own row says: all but what its orders and payments do. */
export function stateOfRow(row: SubscriptionRow): SubscriptionState {
  return {
    status: row.status,
    currentPeriodStart: row.currentPeriodStart.getTime(),
    currentPeriodEnd: row.currentPeriodEnd.getTime(),
    meterPeriodEnd: row.currentMeterPeriodEnd?.getTime() ?? null,
    trialStart: row.trialStart?.getTime() ?? null,
    trialEnd: row.trialEnd?.getTime() ?? null,
    trialReminded: row.status === 'trialing' && isReminded(row),
    renewalReminderAt: row.status === 'active' ? reminderAt(row) : null,
    cancelAtPeriodEnd: row.cancelAtPeriodEnd,
    pauseAtPeriodEnd: row.pauseAtPeriodEnd,
    resumesAt: row.resumesAt?.getTime() ?? null,
    // Usage is closed with the last order, and then no meter is open any more.
    hasWaitingEntries: row.waitingEntries > 0 || row.openMeters > 0,
    pendingCharge: null,
    dunning: null,
  };
}

/** A reminder belongs to the trial end that it names, so that a moved trial is reminded of again. */
function isReminded(row: SubscriptionRow): boolean {
  return row.trialRemindedFor !== null && row.trialRemindedFor?.getTime() === row.trialEnd?.getTime();
}

/** Of a renewal that costs something, once. */
function reminderAt(row: SubscriptionRow): number | null {
  const { amount, renewalRemindedFor, recurringInterval: interval, recurringIntervalCount: count } = row;
  const [start, end] = [row.currentPeriodStart.getTime(), row.currentPeriodEnd.getTime()];
  if (amount === 0 || renewalRemindedFor?.getTime() === end) return null;
  return renewalReminderAt({ start, end }, { interval, count });
}

type Charges = Pick<SubscriptionState, 'pendingCharge' | 'waitingCharge'>;

/** One at a time is under way, or waits for the customer's bank. */
async function chargesOf(em: EntityManager, row: SubscriptionRow): Promise<Charges> {
  const payment = await em.findOne(Payment, {
    status: 'pending',
    order: { subscription: row.id, status: 'pending' },
  });
  if (!payment?.order) return { pendingCharge: null };
  const ids = { orderId: payment.order.id, paymentId: payment.id };
  if (payment.approveBy) {
    return { pendingCharge: null, waitingCharge: { ...ids, until: payment.approveBy.getTime() } };
  }
  const begunAt = (payment.begunAt ?? payment.createdAt).getTime();
  return { pendingCharge: { ...ids, begunAt, ...(payment.returnUrl ? { isPresent: true } : {}) } };
}

async function dunningOf(em: EntityManager, row: SubscriptionRow): Promise<Dunning | null> {
  const order = await em.findOne(
    Order,
    { subscription: row.id, status: 'pending' },
    { orderBy: { createdAt: 'desc' } },
  );
  if (order === null || !row.pastDueAt || !order.nextPaymentAttemptAt) return null;
  return {
    orderId: order.id,
    firstFailedAt: row.pastDueAt.getTime(),
    nextRetryAt: order.nextPaymentAttemptAt.getTime(),
    benefitsEndAt: (await holdsBenefits(em, row)) ? await benefitsEndAt(em, row) : null,
  };
}

async function holdsBenefits(em: EntityManager, row: SubscriptionRow): Promise<boolean> {
  return (await em.count(BenefitGrant, { subscription: row.id, wanted: 'granted' })) > 0;
}

/** The end of the organization's grace period, counted from the first failure. */
export async function benefitsEndAt(em: EntityManager, row: SubscriptionRow): Promise<number> {
  const organization = await em.findOneOrFail(Organization, row.organization.id);
  const days = organization.subscriptionSettings.benefit_revocation_grace_period;
  return (row.pastDueAt?.getTime() ?? 0) + days * DAY;
}
