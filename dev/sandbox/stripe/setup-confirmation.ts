/** What happens when a setup is confirmed: the card is made ready for later payments, or is not. */
import type Stripe from 'stripe';
import type { Call } from './call.ts';
import { idOf } from './call.ts';
import { cardBehaviour, cardFacts, setCardFacts } from './card-details.ts';
import { judge } from './card-verdicts.ts';
import { challenge } from './challenge.ts';
import { emit } from './events.ts';
import { cardRefused } from './failures.ts';
import { newId, now } from './ids.ts';
import type { Attempt } from './payment-confirmation.ts';
import { attach } from './payment-methods.ts';

/** The intent afterwards; `refuseUnlessSetUp` turns a decline into the API's answer. */
export function attemptSetup(call: Call, intent: Stripe.SetupIntent, attempt: Attempt): Stripe.SetupIntent {
  const { method, authenticated } = attempt;
  const facts = cardFacts(call, method.id);
  const attached = method.customer !== null;
  const verdict = judge(cardBehaviour(facts), {
    purpose: 'setup',
    offSession: false,
    authenticated,
    attached,
    setUp: facts.setUp,
  });
  switch (verdict.kind) {
    case 'approved':
      return succeed(call, intent, method);
    case 'declined':
      return fail(call, intent, { ...verdict.decline, payment_method: method, type: 'card_error' });
    case 'authenticate': {
      const waiting = call.sandbox.store.put('setup_intent', {
        ...intent,
        last_setup_error: null,
        latest_attempt: recordAttempt(call, intent, method, 'requires_action', null),
        next_action: challenge(call, intent, attempt.returnUrl),
        payment_method: method.id,
        status: 'requires_action',
      });
      emit(call, 'setup_intent.requires_action', waiting);
      return waiting;
    }
  }
}

function succeed(call: Call, intent: Stripe.SetupIntent, method: Stripe.PaymentMethod): Stripe.SetupIntent {
  const customer = idOf(intent.customer);
  if (customer !== null) attach(call, method, customer);
  setCardFacts(call, method.id, { ...cardFacts(call, method.id), setUp: true });
  const done = call.sandbox.store.put('setup_intent', {
    ...intent,
    last_setup_error: null,
    latest_attempt: recordAttempt(call, intent, method, 'succeeded', null),
    next_action: null,
    payment_method: method.id,
    status: 'succeeded',
  });
  emit(call, 'setup_intent.succeeded', done);
  return done;
}

export function failSetupAuthentication(call: Call, intent: Stripe.SetupIntent, method: Stripe.PaymentMethod) {
  return fail(call, intent, {
    code: 'setup_intent_authentication_failure',
    message: 'The latest attempt to set up the payment method has failed because authentication failed.',
    payment_method: method,
    type: 'invalid_request_error',
  });
}

function fail(call: Call, intent: Stripe.SetupIntent, error: Stripe.SetupIntent.LastSetupError): Stripe.SetupIntent {
  const method = error.payment_method;
  const failed = call.sandbox.store.put('setup_intent', {
    ...intent,
    last_setup_error: error,
    latest_attempt: method ? recordAttempt(call, intent, method, 'failed', error) : intent.latest_attempt,
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  });
  emit(call, 'setup_intent.setup_failed', failed);
  return failed;
}

function recordAttempt(
  call: Call,
  intent: Stripe.SetupIntent,
  method: Stripe.PaymentMethod,
  status: string,
  error: Stripe.SetupIntent.LastSetupError | null,
): string {
  const { id } = call.sandbox.store.put('setup_attempt', {
    id: newId('setatt'),
    object: 'setup_attempt',
    application: null,
    created: now(),
    customer: intent.customer,
    customer_account: null,
    flow_directions: null,
    livemode: false,
    on_behalf_of: null,
    payment_method: method.id,
    payment_method_details: { type: 'card' },
    setup_error: error,
    setup_intent: intent.id,
    status,
    usage: intent.usage,
  });
  return id;
}

export function refuseUnlessSetUp(intent: Stripe.SetupIntent): Stripe.SetupIntent {
  const error = intent.last_setup_error;
  if (intent.status !== 'requires_payment_method' || !error) return intent;
  throw cardRefused({
    code: error.code,
    decline_code: error.decline_code,
    message: error.message ?? 'Your card was declined.',
    payment_method: error.payment_method,
    setup_intent: intent,
  });
}
