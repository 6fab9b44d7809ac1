/** What hangs on a test clock: the processes with a life ahead of them, and when each has something to do. */
import type { CheckoutId, SubscriptionId, TestClockId } from '../../billing/ids.ts';
import { nextDue } from '../../billing/subscription-state.ts';
import { checkoutWorkflowId, subscriptionWorkflowId } from '../../billing/workflow-ids.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { Payment } from '../../db/entities/payment.ts';
import { Subscription, type SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import { stateOf, stateOfRow } from '../subscriptions/state.ts';

export interface Hanging {
  readonly workflowId: string;
  /** Null: a checkout. */
  readonly subscriptionId: SubscriptionId | null;
  /** Null: a subscription. */
  readonly checkoutId: CheckoutId | null;
  /** By its rows, which are as its process last left them; ms since 1970, null: nothing. */
  readonly due: number | null;
}

export async function listHanging(em: EntityManager, clockId: TestClockId): Promise<Hanging[]> {
  const ofClock = { customer: { testClock: clockId } };
  const subscriptions = await em.find(Subscription, { ...ofClock, status: { $ne: 'canceled' } });
  const checkouts = await em.find(
    Checkout,
    { ...ofClock, status: { $in: ['open', 'confirmed'] } },
    { fields: ['id', 'expiresAt'] },
  );
  const waiting = await em.find(
    Payment,
    { ...ofClock, status: 'pending', approveBy: { $ne: null } },
    { populate: ['order'] },
  );
  const atBank = new Set(waiting.map(({ order }) => order?.subscription?.id));
  const living = subscriptions.map(async (row) => ({
    workflowId: subscriptionWorkflowId(row.id),
    subscriptionId: row.id,
    checkoutId: null,
    due: await dueOf(em, row, atBank.has(row.id)),
  }));
  return [
    ...(await Promise.all(living)),
    ...checkouts.map(({ id, expiresAt }) => ({
      workflowId: checkoutWorkflowId(id),
      subscriptionId: null,
      checkoutId: id,
      due: expiresAt.getTime(),
    })),
  ];
}

/** Only of what is unpaid, or waits for the customer's bank, do other rows say when something is due. */
async function dueOf(em: EntityManager, row: SubscriptionRow, isAtBank: boolean): Promise<number | null> {
  const state = row.status === 'past_due' || isAtBank ? await stateOf(em, row) : stateOfRow(row);
  return nextDue(state)?.at ?? null;
}
