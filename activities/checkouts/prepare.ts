/** Pay was pressed: settles who buys and what is due, and freezes the attempt before the processor hears of it. */
import type { CheckoutId, CustomerId, PaymentId } from '../../billing/ids.ts';
import { showBalance } from '../../db/checkout-balance.ts';
import { askedNow, chargedNow, isTooLittle, trialOf } from '../../db/checkout-sums.ts';
import { taxCheckout } from '../../db/checkout-tax.ts';
import type { CheckoutRow } from '../../db/entities/checkout.ts';
import type { CustomerRow } from '../../db/entities/customer.ts';
import { Payment } from '../../db/entities/payment.ts';
import { lockCheckout } from '../../db/lock.ts';
import type { EntityManager } from '../../db/orm.ts';
import { hasHadTheirTrial } from '../../db/trials-had.ts';
import { upgradeBy } from '../../db/upgrades.ts';
import { TaxUnavailable } from '../../tax/provider.ts';
import type { TaxSheet } from '../../tax/sheet.ts';
import { type RefusalReason, type UnderWay, underWayOf } from '../../workflows/checkout.messages.ts';
import { type Dependencies, pricingTransaction } from '../dependencies.ts';
import { holdBalance, paysAsShown } from './balance.ts';
import { buyerOf } from './buyer.ts';
import { redeem } from './redeem.ts';
import { secondSubscription, secondUpgrade } from './second.ts';
import { tellCheckout } from './tell.ts';
import { takeTrialOff } from './trial.ts';

export interface Prepare {
  readonly checkoutId: CheckoutId;
  /** Names the attempt, so that preparing it again counts nothing twice; also the id of its payment, if money is due. */
  readonly attemptId: PaymentId;
  readonly hasCard: boolean;
  readonly at: number;
}

export type Prepared =
  | {
      readonly kind: UnderWay['kind'];
      readonly attempt: number;
      readonly customerId: CustomerId;
      readonly clockNow: number | null;
      readonly expiresAt: number;
    }
  | { readonly kind: 'refused'; readonly reason: RefusalReason }
  /** An attempt that this process does not know of, and that has to be settled before another is made. */
  | { readonly kind: 'under_way'; readonly underWay: UnderWay }
  /** Somebody else's attempt has ended it. */
  | { readonly kind: 'over'; readonly status: 'succeeded' | 'expired' };

/** Each attempt is a call to the processor: who tries out stolen cards is stopped here. */
const MOST_ATTEMPTS = 20;

export async function prepareCheckout(deps: Dependencies, given: Prepare): Promise<Prepared> {
  try {
    return await pricingTransaction(deps, (em, taxes) => prepare(deps, em, taxes, given));
  } catch (error) {
    // The buyer is waiting: they are told, rather than kept until the provider is back.
    if (error instanceof TaxUnavailable) return { kind: 'refused', reason: 'tax_unavailable' };
    throw error;
  }
}

async function prepare(deps: Dependencies, em: EntityManager, taxes: TaxSheet, given: Prepare): Promise<Prepared> {
  const checkout = await lockCheckout(em, given.checkoutId);
  if (checkout.status !== 'open' && checkout.status !== 'confirmed') {
    return { kind: 'over', status: checkout.status === 'succeeded' ? 'succeeded' : 'expired' };
  }
  if (checkout.attemptId === given.attemptId) return prepared(em, checkout);
  const underWay = underWayOf(checkout);
  if (underWay !== null) return { kind: 'under_way', underWay };
  const reason = refusalOf(checkout, given);
  if (reason !== null) return { kind: 'refused', reason };
  const at = new Date(given.at);
  if (await taxCheckout(em, taxes, checkout, given.at)) {
    await showBalance(em, checkout);
    checkout.modifiedAt = at;
    await em.flush();
    await tellCheckout(deps, em, checkout, at, 'checkout.updated');
    return { kind: 'refused', reason: 'tax_changed' };
  }
  if (checkout.taxAmount === null) return { kind: 'refused', reason: 'address_missing' };
  const customer = await buyerOf(em, checkout, at, deps.environment);
  if (customer === null) return { kind: 'refused', reason: 'customer_gone' };
  const upgrade = await upgradeBy(em, checkout);
  if ('refusal' in upgrade) return { kind: 'refused', reason: 'not_upgradable' };
  const second =
    upgrade.subscription === null
      ? await secondSubscription(em, customer, checkout)
      : await secondUpgrade(em, checkout, upgrade.subscription);
  if (second !== null) return { kind: 'refused', reason: second };
  if (trialOf(checkout) !== null && (await hasHadTheirTrial(em, customer))) {
    await takeTrialOff(deps, em, checkout, at);
    return { kind: 'refused', reason: 'trial_had' };
  }
  if (!(await paysAsShown(em, checkout, customer))) {
    checkout.modifiedAt = at;
    await tellCheckout(deps, em, checkout, at, 'checkout.updated');
    return { kind: 'refused', reason: 'balance_changed' };
  }
  const unredeemed = await redeem(em, checkout, customer, at);
  if (unredeemed !== null) return { kind: 'refused', reason: unredeemed };
  freeze(em, checkout, customer, given, at);
  await holdBalance(em, checkout, at);
  await em.flush();
  await tellCheckout(deps, em, checkout, at, 'checkout.updated');
  return prepared(em, checkout);
}

function refusalOf(checkout: CheckoutRow, given: Prepare): RefusalReason | null {
  if (checkout.product.isArchived) return 'product_gone';
  if (isTooLittle(checkout)) return 'discount_too_little';
  if (!checkout.customer && !checkout.customerEmail) return 'customer_missing';
  if (askedNow(checkout) !== 'free' && !given.hasCard) return 'confirmation_missing';
  return checkout.attempt >= MOST_ATTEMPTS ? 'too_many_attempts' : null;
}

function freeze(em: EntityManager, checkout: CheckoutRow, customer: CustomerRow, given: Prepare, at: Date): void {
  const kind = askedNow(checkout);
  // Real time ends here for the checkout of a customer on a test clock: what is left of its life is left by the clock.
  const clock = customer.testClock?.frozenTime;
  if (clock && !checkout.customer) {
    checkout.expiresAt = new Date(clock.getTime() + checkout.expiresAt.getTime() - at.getTime());
  }
  Object.assign(checkout, {
    customer,
    status: 'confirmed' as const,
    failure: null,
    attempt: checkout.attempt + 1,
    attemptId: given.attemptId,
    attemptKind: kind,
    attemptTrial: trialOf(checkout),
    modifiedAt: at,
  });
  if (kind !== 'payment') return;
  em.create(Payment, {
    id: given.attemptId,
    createdAt: at,
    organization: checkout.organization,
    customer,
    checkout,
    attempt: checkout.attempt,
    trigger: 'purchase',
    amount: chargedNow(checkout),
    currency: checkout.currency,
  });
}

async function prepared(em: EntityManager, checkout: CheckoutRow): Promise<Prepared> {
  await em.populate([checkout], ['customer.testClock']);
  const { attemptKind, attempt, customer, expiresAt } = checkout;
  if (!attemptKind || !customer) throw new Error('An attempt under way has a kind and a customer.');
  return {
    kind: attemptKind,
    attempt,
    customerId: customer.id,
    clockNow: customer.testClock?.frozenTime.getTime() ?? null,
    expiresAt: expiresAt.getTime(),
  };
}
