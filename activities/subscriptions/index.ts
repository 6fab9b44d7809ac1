/** The steps of a subscription's life in the database. Each may be tried any number of times; it is written once. */
import type { CustomerId, OrganizationId, PriceId, ProductId, SubscriptionId } from '../../billing/ids.ts';
import type { SubscriptionState } from '../../billing/subscription-state.ts';
import type { Metadata } from '../../db/entities/columns.ts';
import { Customer } from '../../db/entities/customer.ts';
import { Price } from '../../db/entities/price.ts';
import { Product } from '../../db/entities/product.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import { lockRow } from '../../db/lock.ts';
import { bound } from '../bound.ts';
import { secondSubscription } from '../checkouts/second.ts';
import { type Dependencies, transaction } from '../dependencies.ts';
import { writeEmail } from '../email/write.ts';
import { refuse } from '../failures.ts';
import { editMetadata, movePeriodEnd, moveTrialEnd, remindOfRenewal, remindOfTrialEnd } from './change.ts';
import { changeTerms, clearPendingChange } from './change-terms.ts';
import { endGrace, openAttempt, settle } from './collect.ts';
import { beginSubscription } from './create.ts';
import { changeDiscount } from './discount.ts';
import { cancelAtPeriodEnd, endSubscription, takeBackCancellation } from './end.ts';
import { openFinalOrder } from './final-order.ts';
import { thawUsage } from './frozen.ts';
import { openMeterCycle } from './meter-cycle.ts';
import { pause, pauseAtPeriodEnd, resume, takeBackPause } from './pause.ts';
import { openPeriod } from './renew.ts';
import { stateOf } from './state.ts';
import { tellSubscription } from './step.ts';
import { upgradeSubscription } from './upgrade.ts';
import { waitForBank } from './wait-for-bank.ts';

/** Where a process takes up a subscription: its state and the sequence of the last step written. */
export interface LoadedSubscription {
  readonly organizationId: OrganizationId;
  readonly customerId: CustomerId;
  readonly sequence: number;
  readonly state: SubscriptionState;
}

export interface CreateSubscription {
  readonly subscriptionId: SubscriptionId;
  readonly customerId: CustomerId;
  readonly productId: ProductId;
  readonly priceId: PriceId;
  readonly metadata: Metadata;
  readonly at: number;
}

export const subscriptionActivities = (deps: Dependencies) =>
  bound(deps, {
    loadSubscription,
    createSubscription,
    openPeriod,
    openMeterCycle,
    openAttempt,
    settle,
    waitForBank,
    endGrace,
    cancelAtPeriodEnd,
    takeBackCancellation,
    endSubscription,
    openFinalOrder,
    pauseAtPeriodEnd,
    takeBackPause,
    pause,
    resume,
    moveTrialEnd,
    movePeriodEnd,
    remindOfTrialEnd,
    remindOfRenewal,
    editMetadata,
    changeTerms,
    clearPendingChange,
    changeDiscount,
    upgradeSubscription,
  });

/** Whoever takes it up knows of no end: one that was begun and never came is off. */
async function loadSubscription(
  deps: Dependencies,
  { subscriptionId }: { readonly subscriptionId: SubscriptionId },
): Promise<LoadedSubscription> {
  await thawUsage(deps, subscriptionId);
  return transaction(deps, async (em) => {
    const row = await em.findOne(Subscription, subscriptionId);
    if (row === null) refuse('NotFound', `There is no subscription ${subscriptionId}.`);
    return {
      organizationId: row.organization.id,
      customerId: row.customer.id,
      sequence: row.sequence,
      state: await stateOf(em, row),
    };
  });
}

const SECOND = {
  already_subscribed: 'The customer already has an active subscription.',
  paying_elsewhere: 'The customer is about to pay for a subscription at a checkout.',
};

/** For a free product, without a checkout: no order is made. It may have waited for a worker since it was asked for. */
async function createSubscription(deps: Dependencies, given: CreateSubscription): Promise<LoadedSubscription> {
  await transaction(deps, async (em) => {
    await lockRow(em, Customer, given.customerId);
    const found = await em.findOne(Subscription, given.subscriptionId);
    if (found === null) {
      const at = new Date(given.at);
      const [customer, product, price] = await Promise.all([
        em.findOneOrFail(Customer, given.customerId),
        em.findOneOrFail(Product, given.productId),
        em.findOneOrFail(Price, given.priceId),
      ]);
      if (customer.deletedAt) refuse('Refused', 'This customer does not exist any more.');
      const second = await secondSubscription(em, customer, null);
      if (second !== null) refuse('AlreadyActiveSubscription', SECOND[second]);
      const row = await beginSubscription(em, {
        id: given.subscriptionId,
        customer,
        product,
        price,
        amount: price.amount,
        seats: null,
        checkoutId: null,
        trial: null,
        meteredPrices: [],
        metadata: given.metadata,
        customFieldData: {},
        at,
      });
      await tellSubscription(em, row, at, 'subscription.created', 'subscription.active');
      await writeEmail(em, { kind: 'subscription_confirmation', subscription: row, at });
    }
  });
  return loadSubscription(deps, given);
}
