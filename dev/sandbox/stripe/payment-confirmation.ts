/** What happens when a payment is confirmed: approved, declined, or sent to the cardholder's bank first. */
import type Stripe from 'stripe';
import type { Call } from './call.ts';
import { idOf } from './call.ts';
import { cardBehaviour, cardFacts, setCardFacts } from './card-details.ts';
import type { Decline } from './card-verdicts.ts';
import { declineFor, judge } from './card-verdicts.ts';
import { DISPUTED } from './cards.ts';
import { challenge } from './challenge.ts';
import { chargeFailed, chargeSucceeded } from './charges.ts';
import { dispute } from './disputes.ts';
import { emit } from './events.ts';
import { cardRefused } from './failures.ts';
import { attach } from './payment-methods.ts';

export interface Attempt {
  readonly method: Stripe.PaymentMethod;
  readonly offSession: boolean;
  readonly authenticated: boolean;
  readonly returnUrl: string | null;
  readonly failsOnAction: boolean;
}

const UNHANDLED = {
  ...declineFor('authentication_required'),
  decline_code: 'authentication_not_handled',
  type: 'card_error',
} as const;

/** The intent afterwards. A decline is no exception here: the intent tells it, see `refuseUnlessAccepted`. */
export function attemptPayment(call: Call, intent: Stripe.PaymentIntent, attempt: Attempt): Stripe.PaymentIntent {
  const { method } = attempt;
  const facts = cardFacts(call, method.id);
  const verdict = judge(cardBehaviour(facts), {
    purpose: 'payment',
    offSession: attempt.offSession,
    authenticated: attempt.authenticated,
    attached: method.customer !== null,
    setUp: facts.setUp,
  });
  switch (verdict.kind) {
    case 'approved':
      return succeed(call, intent, attempt);
    case 'declined':
      return decline(call, intent, method, verdict.decline);
    case 'authenticate':
      if (attempt.failsOnAction) return fail(call, intent, { ...UNHANDLED, payment_method: method });
      return askHolder(call, intent, attempt);
  }
}

function succeed(call: Call, intent: Stripe.PaymentIntent, attempt: Attempt): Stripe.PaymentIntent {
  const { method } = attempt;
  const charge = chargeSucceeded(call, intent, method, attempt.authenticated);
  settleCard(call, method, idOf(intent.customer), intent.setup_future_usage !== null);
  const paid = call.sandbox.store.put('payment_intent', {
    ...intent,
    amount_received: intent.amount,
    last_payment_error: null,
    latest_charge: charge.id,
    next_action: null,
    payment_method: method.id,
    status: 'succeeded',
  });
  emit(call, 'payment_intent.succeeded', paid);
  if (cardFacts(call, method.id).number === DISPUTED) dispute(call, charge);
  return paid;
}

/** Kept for later use by the customer, or used up. */
export function settleCard(call: Call, method: Stripe.PaymentMethod, customer: string | null, reusable: boolean): void {
  const facts = cardFacts(call, method.id);
  if (reusable && customer !== null) attach(call, method, customer);
  const attached = method.customer !== null || (reusable && customer !== null);
  setCardFacts(call, method.id, { ...facts, setUp: facts.setUp || reusable, spent: !attached });
}

function decline(call: Call, intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod, reason: Decline) {
  const charge = chargeFailed(call, intent, method, reason);
  const error = { charge: charge.id, ...reason, payment_method: method, type: 'card_error' } as const;
  return fail(call, { ...intent, latest_charge: charge.id }, error);
}

/** The cardholder refused, or their bank did: no charge was ever tried. */
export function failAuthentication(call: Call, intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod) {
  return fail(call, intent, {
    code: 'payment_intent_authentication_failure',
    message:
      'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.',
    payment_method: method,
    type: 'invalid_request_error',
  });
}

function fail(call: Call, intent: Stripe.PaymentIntent, error: Stripe.PaymentIntent.LastPaymentError) {
  const failed = call.sandbox.store.put('payment_intent', {
    ...intent,
    last_payment_error: error,
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  });
  emit(call, 'payment_intent.payment_failed', failed);
  return failed;
}

function askHolder(call: Call, intent: Stripe.PaymentIntent, attempt: Attempt): Stripe.PaymentIntent {
  const waiting = call.sandbox.store.put('payment_intent', {
    ...intent,
    last_payment_error: null,
    next_action: challenge(call, intent, attempt.returnUrl),
    payment_method: attempt.method.id,
    status: 'requires_action',
  });
  emit(call, 'payment_intent.requires_action', waiting);
  return waiting;
}

/** A declined confirmation answers 402, with the intent as it now stands. */
export function refuseUnlessAccepted(intent: Stripe.PaymentIntent): Stripe.PaymentIntent {
  const error = intent.last_payment_error;
  if (intent.status !== 'requires_payment_method' || !error) return intent;
  throw cardRefused({
    code: error.code,
    decline_code: error.decline_code,
    message: error.message ?? 'Your card was declined.',
    charge: error.charge,
    payment_intent: intent,
    payment_method: error.payment_method,
  });
}
