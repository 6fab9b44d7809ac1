/** Setup intents: a card made ready for later payments, without one now. */
import type Stripe from 'stripe';
import { z } from 'zod';
import type { Call, Route } from './call.ts';
import { idIn, idOf } from './call.ts';
import { CardSource, chooseCard } from './card-source.ts';
import { customerWithId } from './customer-lookup.ts';
import { emit } from './events.ts';
import { forbiddenByState, invalid, missing } from './failures.ts';
import { newClientSecret, newId, now } from './ids.ts';
import { anything, clearable, flag, list, mergeMetadata, metadata, paging, range, read, text } from './params.ts';
import { attemptSetup, refuseUnlessSetUp } from './setup-confirmation.ts';

const described = {
  payment_method: CardSource.payment_method,
  payment_method_data: CardSource.payment_method_data,
  customer: text.optional(),
  description: clearable.optional(),
  metadata: metadata.optional(),
  payment_method_options: anything.optional(),
  payment_method_types: list.optional(),
  allowed_payment_method_types: list.optional(),
};
const confirming = {
  ...CardSource,
  mandate_data: anything.optional(),
  return_url: z.url().optional(),
  use_stripe_sdk: flag.optional(),
};
const Create = z.strictObject({
  ...described,
  ...confirming,
  automatic_payment_methods: z
    .strictObject({ enabled: flag, allow_redirects: z.enum(['always', 'never']).optional() })
    .optional(),
  confirm: flag.optional(),
  usage: z.enum(['off_session', 'on_session']).optional(),
});
const Update = z.strictObject(described);
const Confirm = z.strictObject({
  ...confirming,
  payment_method_options: anything.optional(),
  expected_payment_method_type: text.optional(),
});
const Cancel = z.strictObject({
  cancellation_reason: z.enum(['duplicate', 'requested_by_customer', 'abandoned']).optional(),
});
const Filters = z.strictObject({
  ...paging,
  customer: text.optional(),
  created: range.optional(),
});

function intentInPath(call: Call): Stripe.SetupIntent {
  const intent = call.sandbox.store.find('setup_intent', idIn(call));
  if (!intent || (call.access === 'publishable' && intent.client_secret !== call.clientSecret)) {
    throw missing('setupintent', idIn(call));
  }
  return intent;
}

function create(call: Call): Stripe.SetupIntent {
  const given = read(Create, call.form);
  const customer = given.customer ? customerWithId(call, given.customer, 'customer').id : null;
  const { enabled = true, allow_redirects = 'always' } = given.automatic_payment_methods ?? {};
  const intent = call.sandbox.store.put('setup_intent', {
    ...newIntent(customer, given.usage ?? 'off_session'),
    automatic_payment_methods: given.payment_method_types ? null : { enabled, allow_redirects },
    payment_method_types: given.payment_method_types ?? ['card'],
    description: given.description ?? null,
    metadata: mergeMetadata(null, given.metadata),
  });
  emit(call, 'setup_intent.created', intent);
  return given.confirm ? confirm(call, intent, given) : withCard(call, intent, given);
}

function withCard(call: Call, intent: Stripe.SetupIntent, given: z.output<typeof Update>): Stripe.SetupIntent {
  const { payment_method, payment_method_data } = given;
  const chosen = chooseCard(call, { payment_method, payment_method_data }, intent);
  if (!chosen) return intent;
  const noted = { ...intent, payment_method: chosen.method.id, status: 'requires_confirmation' } as const;
  return call.sandbox.store.put('setup_intent', noted);
}

function confirm(call: Call, intent: Stripe.SetupIntent, given: z.output<typeof Confirm>): Stripe.SetupIntent {
  const confirmable = ['requires_payment_method', 'requires_confirmation', 'requires_action'];
  if (!confirmable.includes(intent.status)) {
    throw unexpected(intent, `You cannot confirm this SetupIntent because it has a status of ${intent.status}.`);
  }
  const chosen = chooseCard(call, given, intent);
  if (!chosen) throw unexpected(intent, "You cannot confirm this SetupIntent because it's missing a payment method.");
  const returnUrl = given.return_url ?? chosen.returnUrl;
  const automatic = intent.automatic_payment_methods;
  const mayRedirect = automatic?.enabled && automatic.allow_redirects !== 'never';
  if (mayRedirect && returnUrl === null && !given.use_stripe_sdk && call.access === 'secret') {
    throw invalid(
      'This SetupIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`.',
      'return_url',
    );
  }
  const attempt = { method: chosen.method, offSession: false, authenticated: false, returnUrl, failsOnAction: false };
  return refuseUnlessSetUp(attemptSetup(call, intent, attempt));
}

function unexpected(intent: Stripe.SetupIntent, message: string) {
  return forbiddenByState('setup_intent_unexpected_state', message, { setup_intent: intent });
}

export const setupIntentRoutes: Route[] = [
  { method: 'post', path: '/v1/setup_intents', handle: create },
  { method: 'get', path: '/v1/setup_intents/:id', browser: true, handle: intentInPath },
  {
    method: 'post',
    path: '/v1/setup_intents/:id',
    handle(call) {
      const given = read(Update, call.form);
      const intent = intentInPath(call);
      const customer = given.customer ? customerWithId(call, given.customer, 'customer').id : idOf(intent.customer);
      const changed = call.sandbox.store.put('setup_intent', {
        ...intent,
        customer,
        description: given.description === undefined ? intent.description : given.description,
        metadata: mergeMetadata(intent.metadata, given.metadata),
        payment_method_types: given.payment_method_types ?? intent.payment_method_types,
      });
      return given.payment_method || given.payment_method_data ? withCard(call, changed, given) : changed;
    },
  },
  {
    method: 'post',
    path: '/v1/setup_intents/:id/confirm',
    browser: true,
    handle: (call) => confirm(call, intentInPath(call), read(Confirm, call.form)),
  },
  {
    method: 'post',
    path: '/v1/setup_intents/:id/cancel',
    handle(call) {
      const { cancellation_reason = null } = read(Cancel, call.form);
      const intent = intentInPath(call);
      if (intent.status === 'succeeded' || intent.status === 'canceled') {
        throw unexpected(intent, `You cannot cancel this SetupIntent because it has a status of ${intent.status}.`);
      }
      const ended = { cancellation_reason, next_action: null, status: 'canceled' } as const;
      const canceled = call.sandbox.store.put('setup_intent', { ...intent, ...ended });
      emit(call, 'setup_intent.canceled', canceled);
      return canceled;
    },
  },
  {
    method: 'get',
    path: '/v1/setup_intents',
    handle(call) {
      const { customer, created, ...page } = read(Filters, call.form);
      return call.sandbox.store.list('setup_intent', { customer, created }, page, '/v1/setup_intents');
    },
  },
];

function newIntent(customer: string | null, usage: string): Stripe.SetupIntent {
  const id = newId('seti');
  return {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: null,
    application: null,
    automatic_payment_methods: null,
    cancellation_reason: null,
    client_secret: newClientSecret(id),
    created: now(),
    customer,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    mandate: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    single_use_mandate: null,
    status: 'requires_payment_method',
    usage,
  };
}
