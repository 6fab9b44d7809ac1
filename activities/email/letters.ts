/** Which letter tells of what, and the facts that it tells. */
import type { OrderRow } from '../../db/entities/order.ts';
import { Payment } from '../../db/entities/payment.ts';
import type { PaymentMethodRow } from '../../db/entities/payment-method.ts';
import { Product } from '../../db/entities/product.ts';
import { Subscription, type SubscriptionRow } from '../../db/entities/subscription.ts';
import { usageEndOf } from '../../db/meter-cycles.ts';
import type { EntityManager } from '../../db/orm.ts';
import { subscriptionUpdated } from '../../emails/changes.ts';
import type { Between, Letter } from '../../emails/letter.ts';
import {
  debtPaid,
  type OrderFacts,
  orderConfirmed,
  type Renewal,
  subscriptionCycled,
  subscriptionCycledAfterTrial,
  type UsageBilled,
  usageBilled,
} from '../../emails/orders.ts';
import { cardExpires, pastDue, renewalComes, trialEnds, type Unpaid } from '../../emails/reminders.ts';
import {
  subscriptionCanceled,
  subscriptionConfirmed,
  subscriptionPaused,
  subscriptionResumed,
  subscriptionRevoked,
  subscriptionUncanceled,
} from '../../emails/subscriptions.ts';
import type { Card } from '../../emails/words.ts';
import { dueOf } from '../orders/pay.ts';
import { factsOf, pendingTerms, type Snapshot, snapshotOf } from './terms.ts';

/** What gives cause to an e-mail, as it now stands. */
export type Cause =
  | { readonly kind: 'order_confirmation'; readonly order: OrderRow }
  | {
      readonly kind:
        | 'subscription_cancellation'
        | 'subscription_confirmation'
        | 'subscription_paused'
        | 'subscription_resumed'
        | 'subscription_uncanceled';
      readonly subscription: SubscriptionRow;
    }
  | {
      readonly kind: 'subscription_renewal_reminder' | 'subscription_trial_conversion_reminder';
      readonly subscription: SubscriptionRow;
      /** What is charged then, as things are now. */
      readonly due: number;
    }
  | {
      readonly kind: 'subscription_cycled' | 'subscription_cycled_after_trial';
      readonly subscription: SubscriptionRow;
      readonly order: OrderRow;
    }
  | {
      readonly kind: 'subscription_past_due';
      readonly subscription: SubscriptionRow;
      readonly order: OrderRow;
      /** When what belongs to it goes; null: it has gone. */
      readonly benefitsEndAt: Date | null;
    }
  | { readonly kind: 'subscription_revoked'; readonly subscription: SubscriptionRow; readonly isUnpaid: boolean }
  | {
      readonly kind: 'subscription_updated';
      readonly subscription: SubscriptionRow;
      readonly before: Snapshot;
      /** What was charged for the change at once; nothing, if left out. */
      readonly order?: OrderRow;
    }
  | { readonly kind: 'payment_method_expiration_reminder'; readonly card: PaymentMethodRow };

/** Null where nothing that the customer would see has happened. */
export async function letterOf(em: EntityManager, cause: Cause, between: Between): Promise<Letter | null> {
  switch (cause.kind) {
    case 'order_confirmation':
      return (cause.order.subscription ? debtPaid : orderConfirmed)(between, await orderFacts(em, cause.order));
    case 'subscription_confirmation':
      return subscriptionConfirmed(between, await factsOf(em, cause.subscription));
    case 'subscription_cycled':
      if (cause.order.meterPeriodEnd) return usageBilled(between, await usageOf(em, cause.subscription, cause.order));
      return subscriptionCycled(between, await renewalOf(em, cause.subscription, cause.order));
    case 'subscription_cycled_after_trial':
      return subscriptionCycledAfterTrial(between, await renewalOf(em, cause.subscription, cause.order));
    case 'subscription_cancellation':
      return subscriptionCanceled(between, await factsOf(em, cause.subscription));
    case 'subscription_uncanceled':
      return subscriptionUncanceled(between, await factsOf(em, cause.subscription));
    case 'subscription_revoked': {
      const { subscription, isUnpaid } = cause;
      const { productName, currentPeriodEnd } = await factsOf(em, subscription);
      return subscriptionRevoked(between, { productName, endedAt: subscription.endedAt ?? currentPeriodEnd, isUnpaid });
    }
    case 'subscription_paused': {
      const { productName } = await factsOf(em, cause.subscription);
      return subscriptionPaused(between, { productName, resumesAt: cause.subscription.resumesAt ?? null });
    }
    case 'subscription_resumed':
      return subscriptionResumed(between, await factsOf(em, cause.subscription));
    case 'subscription_renewal_reminder':
      return renewalComes(between, { subscription: await factsOf(em, cause.subscription), due: cause.due });
    case 'subscription_trial_conversion_reminder':
      return trialEnds(between, { subscription: await factsOf(em, cause.subscription), due: cause.due });
    case 'subscription_past_due':
      return pastDue(between, await unpaidOf(em, cause.subscription, cause.order, cause.benefitsEndAt));
    case 'subscription_updated':
      return updated(em, cause.subscription, cause.before, cause.order ?? null, between);
    case 'payment_method_expiration_reminder':
      return expiring(em, cause.card, between);
  }
}

async function orderFacts(em: EntityManager, order: OrderRow): Promise<OrderFacts> {
  return { ...order, paidWith: await cardOf(em, order, 'succeeded') };
}

/** The card of the last attempt that went so. */
async function cardOf(em: EntityManager, order: OrderRow, status: 'succeeded' | 'failed'): Promise<Card | null> {
  const payment = await em.findOne(Payment, { order: order.id, status }, { orderBy: { attempt: 'desc' } });
  return payment && { brand: payment.methodBrand ?? null, last4: payment.methodLast4 ?? null };
}

async function renewalOf(em: EntityManager, row: SubscriptionRow, order: OrderRow): Promise<Renewal> {
  const { productName } = await factsOf(em, row);
  const goesOn = !row.cancelAtPeriodEnd && !row.pauseAtPeriodEnd && row.amount > 0;
  return {
    order: await orderFacts(em, order),
    productName,
    periodStart: row.currentPeriodStart,
    periodEnd: row.currentPeriodEnd,
    nextPaymentAt: goesOn ? row.currentPeriodEnd : null,
  };
}

async function usageOf(em: EntityManager, row: SubscriptionRow, order: OrderRow): Promise<UsageBilled> {
  const { productName } = await factsOf(em, row);
  const nextBilledAt = usageEndOf(row);
  return {
    order: await orderFacts(em, order),
    productName,
    usedUntil: order.meterPeriodEnd ?? nextBilledAt,
    nextBilledAt,
  };
}

async function unpaidOf(
  em: EntityManager,
  row: SubscriptionRow,
  order: OrderRow,
  benefitsEndAt: Date | null,
): Promise<Unpaid> {
  const { productName, currency, currentPeriodEnd } = await factsOf(em, row);
  const card = await cardOf(em, order, 'failed');
  const nextRetryAt = order.nextPaymentAttemptAt ?? currentPeriodEnd;
  return { productName, currency, due: dueOf(order), nextRetryAt, benefitsEndAt, card: card?.last4 ? card : null };
}

async function updated(
  em: EntityManager,
  row: SubscriptionRow,
  before: Snapshot,
  order: OrderRow | null,
  between: Between,
): Promise<Letter | null> {
  const now = await snapshotOf(em, row);
  const isPlanned = now.pendingChangeId !== null && now.pendingChangeId !== before.pendingChangeId;
  const due = order === null ? 0 : dueOf(order);
  return subscriptionUpdated(between, {
    before: before.terms,
    after: isPlanned ? await pendingTerms(em, row, now.terms) : now.terms,
    from: isPlanned ? row.currentPeriodEnd : null,
    isDropped: before.pendingChangeId !== null && now.pendingChangeId === null,
    charged: due > 0 ? due : null,
  });
}

async function expiring(em: EntityManager, card: PaymentMethodRow, between: Between): Promise<Letter | null> {
  const { expMonth, expYear } = card;
  if (!expMonth || !expYear) return null;
  const paying = { customer: card.customer.id, amount: { $gt: 0 }, status: { $nin: ['paused', 'canceled'] } } as const;
  const subscriptions = await em.find(Subscription, paying, { orderBy: { createdAt: 'asc' } });
  const products = await em.find(Product, { id: { $in: subscriptions.map(({ product }) => product.id) } });
  return cardExpires(between, { card, expMonth, expYear, productNames: products.map(({ name }) => name) });
}
