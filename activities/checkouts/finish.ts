/** How an attempt at a checkout ends: delivered, open again, or over. */
import type { CheckoutId, CustomerId, OrderId, OrganizationId, PaymentId, SubscriptionId } from '../../billing/ids.ts';
import { showBalance } from '../../db/checkout-balance.ts';
import type { CheckoutRow } from '../../db/entities/checkout.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { Payment } from '../../db/entities/payment.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { wantGrants } from '../../db/grants.ts';
import { lockCheckout, lockRow } from '../../db/lock.ts';
import { meteredOf } from '../../db/offered-prices.ts';
import type { EntityManager } from '../../db/orm.ts';
import { redeemTrial } from '../../db/trials-had.ts';
import { type UnderWay, underWayOf } from '../../workflows/checkout.messages.ts';
import { type Dependencies, transaction } from '../dependencies.ts';
import { writeEmail } from '../email/write.ts';
import { beginSubscription } from '../subscriptions/create.ts';
import { tellSubscription } from '../subscriptions/step.ts';
import { releaseBalance } from './balance.ts';
import { effectiveDiscount, giveBack } from './redeem.ts';
import { finishSale, orderOf, ownCard, paySale, type Sold, succeed } from './sold.ts';
import { tellCheckout } from './tell.ts';
import { takeTrialOff } from './trial.ts';

export interface Deliver {
  readonly checkoutId: CheckoutId;
  /** Null where nothing was charged. */
  readonly paymentId: PaymentId | null;
  /** Ids for what is made, from the workflow, so that a repeated delivery makes nothing twice. */
  readonly subscriptionId: SubscriptionId;
  readonly orderId: OrderId;
  /** The subscription that was to be upgraded could not be: a new one is made. */
  readonly isUpgradeOff?: true;
  readonly at: number;
}

export interface Delivered {
  readonly organizationId: OrganizationId;
  readonly customerId: CustomerId;
  /** The subscription that now needs its process; null for a one-time purchase. */
  readonly subscriptionId: SubscriptionId | null;
  /** The card, or another checkout at once, has told that the buyer had a trial before: nothing was delivered. */
  readonly isTrialRefused?: true;
  /** Nothing was delivered yet: the process of this one has to do it. */
  readonly upgradeOf?: SubscriptionId;
}

/** All that was bought, in one transaction: subscription, order, books, grants, and the checkout's success. */
export function deliverCheckout(deps: Dependencies, given: Deliver): Promise<Delivered> {
  return transaction(deps, async (em) => {
    const checkout = await lockCheckout(em, given.checkoutId);
    const customer = await em.findOneOrFail(Customer, { id: checkout.customer?.id ?? null });
    const buyer = { organizationId: checkout.organization.id, customerId: customer.id };
    if (checkout.status !== 'succeeded') {
      const at = new Date(given.at);
      if (checkout.upgradeOf && !given.isUpgradeOff) {
        return { ...buyer, subscriptionId: null, upgradeOf: checkout.upgradeOf };
      }
      // The trial was refused already, and the answer was lost: nobody has paid for what now has a price.
      if (checkout.status === 'open' && given.paymentId === null) {
        return { ...buyer, subscriptionId: null, isTrialRefused: true };
      }
      if (checkout.attemptTrial && !(await redeemTrial(em, customer, given.subscriptionId, at))) {
        await takeTrialOff(deps, em, checkout, at);
        return { ...buyer, subscriptionId: null, isTrialRefused: true };
      }
      await deliver(deps, em, checkout, customer, given);
    }
    // One that was upgraded has its process.
    const isNew = checkout.subscriptionId !== checkout.upgradeOf;
    return { ...buyer, subscriptionId: isNew ? (checkout.subscriptionId ?? null) : null };
  });
}

async function deliver(
  deps: Dependencies,
  em: EntityManager,
  checkout: CheckoutRow,
  customer: CustomerRow,
  given: Deliver,
): Promise<void> {
  const at = new Date(given.at);
  await lockRow(em, Customer, customer.id);
  const subscription = checkout.product.recurringInterval
    ? await subscribe(em, checkout, customer, given.subscriptionId, at)
    : null;
  const billingReason = subscription === null ? 'purchase' : 'subscription_create';
  const sold: Sold = { checkout, customer, subscription, billingReason, orderId: given.orderId, at };
  const order = await orderOf(em, sold);
  if (subscription === null) {
    await wantGrants(em, { customer, product: checkout.product, order, wanted: 'granted', at });
  }
  await paySale(em, order, given.paymentId, at);
  await writeEmail(
    em,
    subscription === null
      ? { kind: 'order_confirmation', order, at }
      : { kind: 'subscription_confirmation', subscription, at },
  );
  await succeed(deps, em, sold, order);
  if (subscription !== null) {
    const active = subscription.status === 'active' ? (['subscription.active'] as const) : [];
    await tellSubscription(em, subscription, at, 'subscription.created', ...active);
  }
  await finishSale(em, order, at);
}

async function subscribe(
  em: EntityManager,
  checkout: CheckoutRow,
  customer: CustomerRow,
  id: SubscriptionId,
  at: Date,
): Promise<SubscriptionRow> {
  return beginSubscription(em, {
    id,
    customer,
    product: checkout.product,
    price: checkout.price,
    amount: checkout.amount,
    seats: checkout.seats ?? null,
    checkoutId: checkout.id,
    paymentMethodId: ownCard(checkout, customer),
    trial: checkout.attemptTrial ?? null,
    meteredPrices: await meteredOf(em, checkout),
    discount: effectiveDiscount(checkout),
    metadata: checkout.metadata,
    customFieldData: checkout.customFieldData,
    at,
  });
}

export interface Reopen {
  readonly checkoutId: CheckoutId;
  readonly paymentId: PaymentId | null;
  readonly reason: string;
  /** The buyer has pressed Pay again: what they saw is compared with then, and stays. */
  readonly isReplaced?: boolean;
  readonly at: number;
}

/** The attempt failed: the checkout may be paid again, and says what went wrong. */
export function reopenCheckout(deps: Dependencies, given: Reopen): Promise<string> {
  const { checkoutId, paymentId, reason, at } = given;
  return transaction(deps, async (em) => {
    const checkout = await lockCheckout(em, checkoutId);
    const payment = paymentId === null ? null : await em.findOneOrFail(Payment, paymentId);
    const message = payment?.declineMessage ?? checkout.failure ?? reason;
    if (checkout.status === 'confirmed') {
      const now = new Date(at);
      if (payment !== null) {
        payment.status = 'failed';
        payment.declineReason ??= reason;
        payment.modifiedAt = now;
      }
      await releaseBalance(em, checkout, now);
      Object.assign(checkout, {
        status: 'open' as const,
        failure: message,
        intentId: null,
        intentClientSecret: null,
        intentStatus: null,
        modifiedAt: now,
      });
      if (!given.isReplaced) await showBalance(em, checkout);
      await giveBack(em, checkout);
      await tellCheckout(deps, em, checkout, now, 'checkout.updated');
    }
    return message;
  });
}

/** Null: it is over. Otherwise an attempt of which its process did not know has to be settled before that. */
export function expireCheckout(
  deps: Dependencies,
  given: { checkoutId: CheckoutId; at: number },
): Promise<UnderWay | null> {
  return transaction(deps, async (em) => {
    const checkout = await lockCheckout(em, given.checkoutId);
    const underWay = underWayOf(checkout);
    if (underWay !== null || checkout.status !== 'open') return underWay;
    const at = new Date(given.at);
    checkout.status = 'expired';
    checkout.intentClientSecret = null;
    checkout.modifiedAt = at;
    await giveBack(em, checkout);
    await tellCheckout(deps, em, checkout, at, 'checkout.updated', 'checkout.expired');
    return null;
  });
}
