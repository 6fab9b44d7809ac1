/** Payment intents: from creation to paid or canceled. */
import type Stripe from 'stripe';
import type { z } from 'zod';
import type { Call, Route } from './call.ts';
import { idIn, idOf } from './call.ts';
import { chooseCard } from './card-source.ts';
import { chargeable } from './currencies.ts';
import { customerWithId } from './customer-lookup.ts';
import { emit } from './events.ts';
import { forbiddenByState, invalid, missing } from './failures.ts';
import { now } from './ids.ts';
import { read } from './params.ts';
import { attemptPayment, refuseUnlessAccepted } from './payment-confirmation.ts';
import { Cancel, Confirm, Create, describe, Filters, methodChoice, newIntent, Update } from './payment-intent-shape.ts';

/** The intent in the address; with a publishable key only by its client secret. */
function intentInPath(call: Call): Stripe.PaymentIntent {
  const intent = call.sandbox.store.find('payment_intent', idIn(call));
  if (!intent || (call.access === 'publishable' && intent.client_secret !== call.clientSecret)) {
    throw missing('payment_intent', idIn(call));
  }
  return intent;
}

function create(call: Call): Stripe.PaymentIntent {
  const given = read(Create, call.form);
  const currency = chargeable(given.amount, given.currency);
  const customer = given.customer ? customerWithId(call, given.customer, 'customer').id : null;
  if (!given.confirm && (given.off_session !== undefined || given.error_on_requires_action)) {
    const param = given.off_session === undefined ? 'error_on_requires_action' : 'off_session';
    throw invalid(`The parameter '${param}' can only be passed when 'confirm=true'.`, param);
  }
  const blank = { ...newIntent(given.amount, currency, customer), ...methodChoice(given) };
  const intent = call.sandbox.store.put('payment_intent', describe(blank, given));
  emit(call, 'payment_intent.created', intent);
  if (given.confirm) return confirm(call, intent, given);
  return withCard(call, intent, given);
}

/** The card is noted, not yet charged. */
function withCard(call: Call, intent: Stripe.PaymentIntent, given: z.output<typeof Update>): Stripe.PaymentIntent {
  const { payment_method, payment_method_data } = given;
  const chosen = chooseCard(call, { payment_method, payment_method_data }, intent);
  if (!chosen) return intent;
  const noted = { ...intent, payment_method: chosen.method.id, status: 'requires_confirmation' } as const;
  return call.sandbox.store.put('payment_intent', noted);
}

function confirm(call: Call, intent: Stripe.PaymentIntent, given: z.output<typeof Confirm>): Stripe.PaymentIntent {
  const confirmable = ['requires_payment_method', 'requires_confirmation', 'requires_action'];
  if (!confirmable.includes(intent.status)) {
    throw unexpected(intent, `You cannot confirm this PaymentIntent because it has a status of ${intent.status}.`);
  }
  const chosen = chooseCard(call, given, intent);
  if (!chosen) {
    throw unexpected(intent, "You cannot confirm this PaymentIntent because it's missing a payment method.");
  }
  const offSession = given.off_session !== undefined && given.off_session !== 'false';
  const returnUrl = given.return_url ?? chosen.returnUrl;
  refuseWithoutWayBack(intent, {
    offSession,
    returnUrl,
    ownAction: given.use_stripe_sdk === true || call.access === 'publishable',
  });
  const setup_future_usage = given.setup_future_usage ?? chosen.setupFutureUsage ?? undefined;
  const changed = describe(intent, { ...given, setup_future_usage });
  const { method } = chosen;
  const attempt = {
    method,
    offSession,
    authenticated: false,
    returnUrl,
    failsOnAction: given.error_on_requires_action ?? false,
  };
  return refuseUnlessAccepted(attemptPayment(call, changed, attempt));
}

/** Methods from the dashboard may lead to another page, so Stripe insists on knowing the way back. */
function refuseWithoutWayBack(
  intent: Stripe.PaymentIntent,
  way: { offSession: boolean; returnUrl: string | null; ownAction: boolean },
): void {
  const mayRedirect =
    intent.automatic_payment_methods?.enabled && intent.automatic_payment_methods.allow_redirects !== 'never';
  if (!mayRedirect || way.returnUrl !== null || way.offSession || way.ownAction) return;
  throw invalid(
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[allow_redirects]` to `never`.",
    'return_url',
  );
}

function unexpected(intent: Stripe.PaymentIntent, message: string) {
  return forbiddenByState('payment_intent_unexpected_state', message, { payment_intent: intent });
}

export const paymentIntentRoutes: Route[] = [
  { method: 'post', path: '/v1/payment_intents', handle: create },
  { method: 'get', path: '/v1/payment_intents/:id', browser: true, handle: intentInPath },
  {
    method: 'post',
    path: '/v1/payment_intents/:id',
    handle(call) {
      const given = read(Update, call.form);
      const intent = intentInPath(call);
      if (
        ['succeeded', 'canceled', 'processing'].includes(intent.status) &&
        Object.keys(call.form).some((key) => !['metadata', 'description'].includes(key))
      ) {
        throw unexpected(
          intent,
          `This PaymentIntent could not be updated because it has a status of ${intent.status}.`,
        );
      }
      const amount = given.amount ?? intent.amount;
      const currency = chargeable(amount, given.currency ?? intent.currency);
      const customer = given.customer ? customerWithId(call, given.customer, 'customer').id : idOf(intent.customer);
      const changed = call.sandbox.store.put(
        'payment_intent',
        describe({ ...intent, amount, currency, customer }, given),
      );
      return given.payment_method || given.payment_method_data ? withCard(call, changed, given) : changed;
    },
  },
  {
    method: 'post',
    path: '/v1/payment_intents/:id/confirm',
    browser: true,
    handle: (call) => confirm(call, intentInPath(call), read(Confirm, call.form)),
  },
  {
    method: 'post',
    path: '/v1/payment_intents/:id/cancel',
    handle(call) {
      const { cancellation_reason = null } = read(Cancel, call.form);
      const intent = intentInPath(call);
      if (['succeeded', 'canceled', 'processing'].includes(intent.status)) {
        throw unexpected(intent, `You cannot cancel this PaymentIntent because it has a status of ${intent.status}.`);
      }
      const ended = { canceled_at: now(), cancellation_reason, next_action: null, status: 'canceled' } as const;
      const canceled = call.sandbox.store.put('payment_intent', { ...intent, ...ended });
      emit(call, 'payment_intent.canceled', canceled);
      return canceled;
    },
  },
  {
    method: 'get',
    path: '/v1/payment_intents',
    handle(call) {
      const { customer, created, ...page } = read(Filters, call.form);
      return call.sandbox.store.list('payment_intent', { customer, created }, page, '/v1/payment_intents');
    },
  },
];
