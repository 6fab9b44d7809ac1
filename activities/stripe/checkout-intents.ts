/** Pays a checkout, or sets a card up for later, with the card behind the buyer's confirmation token. */
import { ApplicationFailure } from '@temporalio/common';
import Stripe from 'stripe';
import type { CheckoutId, PaymentId } from '../../billing/ids.ts';
import { toProcessor } from '../../billing/processor-amounts.ts';
import { checkoutWorkflowId } from '../../billing/workflow-ids.ts';
import { dropOwnCards, tryDefaultCard } from '../../db/cards.ts';
import { Checkout, type CheckoutRow } from '../../db/entities/checkout.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { Payment } from '../../db/entities/payment.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { Dependencies } from '../dependencies.ts';
import { ensureStripeCustomer, keepPaymentMethod } from './customers.ts';
import { canceled, EXPAND, type Fate, findOrForestall } from './forestalled.ts';
import { attemptKey, findPaymentIntent, keyed } from './keyed.ts';
import type { IntentOutcome } from './outcome.ts';
import { declineOf, keepDeclined, keepPaid } from './payment-row.ts';

export interface ConfirmIntent {
  readonly checkoutId: CheckoutId;
  /** The frozen payment; null to set a card up without charging it. */
  readonly paymentId: PaymentId | null;
  readonly attempt: number;
  readonly confirmationToken: string;
  readonly at: number;
}

export interface IntentRef {
  readonly checkoutId: CheckoutId;
  readonly paymentId: PaymentId | null;
  readonly intentId: string;
  readonly at: number;
}

/** Safe to repeat within the 24 hours that the processor keeps keys. */
export async function confirmIntent(deps: Dependencies, given: ConfirmIntent): Promise<IntentOutcome> {
  const { orm, stripe, environment } = deps;
  const em = orm.em.fork();
  const checkout = await em.findOneOrFail(Checkout, given.checkoutId, { populate: ['product', 'customer'] });
  const customer = await em.findOneOrFail(Customer, { id: checkout.customer?.id ?? null });
  const stripeCustomer = await ensureStripeCustomer(em, stripe, customer);
  const common = {
    customer: stripeCustomer,
    confirmation_token: given.confirmationToken,
    confirm: true,
    return_url: `${environment.PUBLIC_URL}/checkout/${checkout.clientSecret}/confirmation`,
    metadata: {
      workflow_id: checkoutWorkflowId(checkout.id),
      checkout_id: checkout.id,
      organization_id: checkout.organization.id,
    },
  };
  const key = attemptKey(checkout.id, given.attempt);
  if (given.paymentId === null) {
    const answer = await keyed(
      key,
      (options) => stripe.setupIntents.create({ ...common, usage: 'off_session', expand: ['payment_method'] }, options),
      async () => null,
    );
    if (answer.kind === 'declined') return keepRefusal(em, checkout, null, answer);
    return setupOutcome(em, checkout, customer, answer.object, new Date(given.at));
  }
  const paymentId = given.paymentId;
  const payment = await em.findOneOrFail(Payment, paymentId);
  const params: Stripe.PaymentIntentCreateParams = {
    ...common,
    metadata: { ...common.metadata, payment_id: paymentId },
    amount: toProcessor(payment.amount, payment.currency),
    currency: payment.currency,
    // Not in the background, as by default: the answer then has the fee.
    capture_method: 'automatic',
    allowed_payment_method_types: ['card'],
    ...(checkout.product.recurringInterval ? { setup_future_usage: 'off_session' as const } : {}),
    expand: EXPAND,
  };
  const answer = await keyed(
    key,
    (options) => stripe.paymentIntents.create(params, options),
    () => findPaymentIntent(stripe, stripeCustomer, paymentId),
  );
  if (answer.kind === 'declined') return keepRefusal(em, checkout, paymentId, answer);
  return paymentOutcome({ em, stripe, checkout, customer, paymentId, at: new Date(given.at) }, answer.object);
}

/**
 * For an attempt whose answer never came: what the processor says of it now. Not known to it: not made, now or later. A card
 * may still be set up later; that takes nothing from anybody.
 */
export async function findIntent(deps: Dependencies, given: Omit<IntentRef, 'intentId'>): Promise<IntentOutcome> {
  const em = deps.orm.em.fork();
  const checkout = await em.findOneOrFail(Checkout, given.checkoutId, { populate: ['product'] });
  const fate = given.paymentId === null ? NOTHING : await findOrForestall(deps, given.paymentId);
  if (fate.isMade) return readIntent(deps, { ...given, intentId: fate.intent.id });
  const message = 'The card processor could not be reached. You have not been charged.';
  const { intentId } = fate;
  return keepRefusal(em, checkout, given.paymentId, { intentId, reason: 'processor_unreachable', message });
}

const NOTHING: Fate = { isMade: false, intentId: null };

/** What the processor says of an intent now, whatever was heard of it before. */
export async function readIntent({ orm, stripe }: Dependencies, given: IntentRef): Promise<IntentOutcome> {
  const em = orm.em.fork();
  const checkout = await em.findOneOrFail(Checkout, given.checkoutId, { populate: ['product'] });
  const customer = await em.findOneOrFail(Customer, { id: checkout.customer?.id ?? null });
  const at = new Date(given.at);
  if (given.paymentId === null) {
    const intent = await stripe.setupIntents.retrieve(given.intentId, { expand: ['payment_method'] });
    return setupOutcome(em, checkout, customer, intent, at);
  }
  const intent = await stripe.paymentIntents.retrieve(given.intentId, { expand: EXPAND });
  return paymentOutcome({ em, stripe, checkout, customer, paymentId: given.paymentId, at }, intent);
}

/** Calls an intent off; where it was too late for that, answers what became of it. */
export async function cancelIntent(deps: Dependencies, given: IntentRef): Promise<IntentOutcome> {
  try {
    const { stripe } = deps;
    if (given.paymentId === null) await stripe.setupIntents.cancel(given.intentId);
    else await stripe.paymentIntents.cancel(given.intentId);
  } catch (error) {
    // 400: it is over already, one way or the other.
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
  }
  return readIntent(deps, given);
}

interface Attempted {
  readonly em: EntityManager;
  readonly stripe: Stripe;
  readonly checkout: CheckoutRow;
  readonly customer: CustomerRow;
  readonly paymentId: PaymentId;
  readonly at: Date;
}

async function paymentOutcome(attempted: Attempted, intent: Stripe.PaymentIntent): Promise<IntentOutcome> {
  const { em, stripe, checkout, customer, paymentId, at } = attempted;
  switch (intent.status) {
    case 'succeeded':
      if (intent.setup_future_usage && typeof intent.payment_method === 'object' && intent.payment_method !== null) {
        await keepCard(em, checkout, customer, intent.payment_method, at);
      }
      return keepPaid(em, paymentId, intent);
    case 'requires_action':
    case 'requires_confirmation':
    case 'processing':
      return keepPending(em, checkout, intent);
    case 'canceled':
      return keepRefusal(em, checkout, paymentId, declineOf(intent));
    default: {
      // Refused at the bank: whoever has its secret could still pay it with another card.
      const ended = await canceled(stripe, intent.id);
      if (ended.status === intent.status)
        throw ApplicationFailure.retryable(`${intent.id} was not canceled`, 'Waiting');
      return paymentOutcome(attempted, ended);
    }
  }
}

async function setupOutcome(
  em: EntityManager,
  checkout: CheckoutRow,
  customer: CustomerRow,
  intent: Stripe.SetupIntent,
  at: Date,
): Promise<IntentOutcome> {
  switch (intent.status) {
    case 'succeeded':
      if (typeof intent.payment_method === 'object' && intent.payment_method !== null) {
        await keepCard(em, checkout, customer, intent.payment_method, at);
      }
      return { status: 'set_up' };
    case 'requires_action':
    case 'requires_confirmation':
    case 'processing':
      return keepPending(em, checkout, intent);
    default: {
      const error = intent.last_setup_error;
      return keepRefusal(em, checkout, null, {
        intentId: intent.id,
        reason: error?.decline_code ?? error?.code ?? intent.status,
        message: error?.message ?? 'The card could not be set up.',
      });
    }
  }
}

/**
 * Everything is charged to it from now on, unless the buyer only typed the customer's address: then what is bought is, and
 * nothing else that the customer already has a card for.
 */
async function keepCard(
  em: EntityManager,
  checkout: CheckoutRow,
  customer: CustomerRow,
  method: Stripe.PaymentMethod,
  at: Date,
): Promise<void> {
  const { id } = await keepPaymentMethod(em, customer, method, at);
  await em.transactional(async (tx) => {
    await tx.nativeUpdate(Checkout, checkout.id, { paymentMethodId: id });
    if (checkout.opensPortal) await dropOwnCards(tx, customer.id);
    const none = { defaultPaymentMethodId: null };
    const replaced = checkout.opensPortal ? [none, { defaultPaymentMethodId: { $ne: id } }] : [none];
    const where = { id: customer.id, $or: replaced };
    if ((await tx.nativeUpdate(Customer, where, { defaultPaymentMethodId: id })) > 0) {
      await tryDefaultCard(tx, customer.id);
    }
  });
}

async function keepPending(
  em: EntityManager,
  checkout: CheckoutRow,
  intent: Stripe.PaymentIntent | Stripe.SetupIntent,
): Promise<IntentOutcome> {
  await em.nativeUpdate(Checkout, underWay(checkout), {
    intentId: intent.id,
    intentClientSecret: intent.client_secret,
    intentStatus: intent.status,
  });
  return { status: 'action_required', intentId: intent.id };
}

/** An answer that comes when the buyer is at their next attempt says nothing of that one. */
const underWay = ({ id, attempt }: CheckoutRow) => ({ id, attempt, status: 'confirmed' as const });

async function keepRefusal(
  em: EntityManager,
  checkout: CheckoutRow,
  paymentId: PaymentId | null,
  declined: { readonly intentId: string | null; readonly reason: string; readonly message: string },
): Promise<IntentOutcome> {
  await em.nativeUpdate(Checkout, underWay(checkout), { failure: declined.message });
  if (paymentId !== null) return keepDeclined(em, paymentId, declined);
  return { status: 'declined', reason: declined.reason };
}
