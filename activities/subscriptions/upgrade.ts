/** A free subscription becomes what was bought at a checkout that names it. What was due is charged already. */
import { randomUUID } from 'node:crypto';
import type { ChangeId, CheckoutId, OrderId, PaymentId } from '../../billing/ids.ts';
import type { CheckoutRow } from '../../db/entities/checkout.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { SubscriptionChange } from '../../db/entities/subscription-change.ts';
import { lockCheckout } from '../../db/lock.ts';
import { meteredOf } from '../../db/offered-prices.ts';
import type { EntityManager } from '../../db/orm.ts';
import { upgradeBy } from '../../db/upgrades.ts';
import { effectiveDiscount } from '../checkouts/redeem.ts';
import { finishSale, orderOf, ownCard, paySale, succeed } from '../checkouts/sold.ts';
import type { Dependencies } from '../dependencies.ts';
import { snapshotOf } from '../email/terms.ts';
import { writeEmail } from '../email/write.ts';
import { applyChange, dropPendingChange } from './apply-change.ts';
import { setMeters } from './metering.ts';
import { type Step, type Stepped, takeStep, tellSubscription } from './step.ts';

export interface UpgradeSubscription extends Step {
  readonly checkoutId: CheckoutId;
  /** Null where nothing was charged. */
  readonly paymentId: PaymentId | null;
  /** For the order, so that a repeated delivery makes nothing twice. */
  readonly orderId: OrderId;
}

/**
 * All that was bought, in one transaction: the change, its order, books, grants, and the checkout's success. Nothing is
 * written where the subscription can't be upgraded any more: the checkout, which stays as it was, then delivers a new one.
 */
export function upgradeSubscription(deps: Dependencies, step: UpgradeSubscription): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at) => {
    const checkout = await lockCheckout(em, step.checkoutId);
    if (checkout.status !== 'confirmed') return;
    const upgrade = await upgradeBy(em, checkout);
    if (!('subscription' in upgrade) || upgrade.subscription?.id !== row.id) return;
    const customer = await em.findOneOrFail(Customer, row.customer.id);
    const before = await snapshotOf(em, row);
    const wasCalledOff = row.cancelAtPeriodEnd;
    await takeOver(em, row, checkout, customer, at);
    const sold = { checkout, customer, subscription: row, orderId: step.orderId, at };
    const order = await orderOf(em, { ...sold, billingReason: 'subscription_update' });
    await paySale(em, order, step.paymentId, at);
    await succeed(deps, em, { ...sold, billingReason: 'subscription_update' }, order);
    const goesOn = wasCalledOff ? (['subscription.uncanceled'] as const) : [];
    await tellSubscription(em, row, at, 'subscription.updated', ...goesOn);
    await writeEmail(em, { kind: 'subscription_updated', subscription: row, before, order, at });
    await finishSale(em, order, at);
  });
}

/** Whoever buys it wants it to go on: a cancellation or a pause that was set is over. Its period begins now. */
async function takeOver(
  em: EntityManager,
  row: SubscriptionRow,
  checkout: CheckoutRow,
  customer: CustomerRow,
  at: Date,
): Promise<void> {
  const discount = effectiveDiscount(checkout);
  await dropPendingChange(em, row, at);
  Object.assign(row, {
    checkoutId: checkout.id,
    paymentMethodId: ownCard(checkout, customer),
    discount,
    // An order of nothing, that of what is paid by use, doesn't use it up.
    discountFirstUsedAt: discount !== null && checkout.discountAmount > 0 ? at : null,
    metadata: { ...row.metadata, ...checkout.metadata },
    customFieldData: { ...row.customFieldData, ...checkout.customFieldData },
    cancelAtPeriodEnd: false,
    canceledAt: null,
    endsAt: null,
    cancellationReason: null,
    cancellationComment: null,
    pauseAtPeriodEnd: false,
    resumesAt: null,
  });
  const change = em.create(SubscriptionChange, {
    id: randomUUID() as ChangeId,
    createdAt: at,
    subscriptionId: row.id,
    status: 'applied',
    product: checkout.product,
    price: checkout.price,
    amount: checkout.amount,
    seats: checkout.seats ?? null,
    periodStart: at,
    periodAmount: checkout.amount - checkout.discountAmount,
  });
  await applyChange(em, row, change, at);
  await setMeters(em, row, await meteredOf(em, checkout), at);
}
