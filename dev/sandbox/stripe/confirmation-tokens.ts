/** Confirmation tokens: card details a browser hands over before the server decides what to do with them. */
import type Stripe from 'stripe';
import { z } from 'zod';
import type { Call, Route } from './call.ts';
import { idIn } from './call.ts';
import { billingDetails, cardFacts, newCard, setCardFacts } from './card-details.ts';
import { invalid, missing } from './failures.ts';
import { newId, now } from './ids.ts';
import { anything, read, shipping, text } from './params.ts';
import { keep, PaymentMethodData, usablePaymentMethod } from './payment-methods.ts';

const LIVES_FOR_SECONDS = 12 * 60 * 60;

const futureUsage = z.enum(['on_session', 'off_session']);
const Create = z.strictObject({
  payment_method: text.optional(),
  payment_method_data: PaymentMethodData.optional(),
  payment_method_options: anything.optional(),
  return_url: z.url().optional(),
  setup_future_usage: futureUsage.optional(),
  shipping: shipping.optional(),
  client_context: anything.optional(),
  mandate_data: anything.optional(),
  use_stripe_sdk: text.optional(),
});

function create(call: Call): Stripe.ConfirmationToken {
  const given = read(Create, call.form);
  const id = newId('ctoken');
  const preview = previewed(call, id, given);
  return call.sandbox.store.put('confirmation_token', {
    id,
    object: 'confirmation_token',
    created: now(),
    expires_at: now() + LIVES_FOR_SECONDS,
    livemode: false,
    mandate_data: null,
    metadata: null,
    payment_intent: null,
    payment_method_options: null,
    payment_method_preview: preview,
    return_url: given.return_url ?? null,
    setup_future_usage: given.setup_future_usage ?? null,
    setup_intent: null,
    shipping: null,
    use_stripe_sdk: true,
  });
}

function previewed(
  call: Call,
  id: string,
  given: z.output<typeof Create>,
): Stripe.ConfirmationToken.PaymentMethodPreview {
  const base = { customer: null, customer_account: null, type: 'card' } as const;
  if (given.payment_method) {
    const method = usablePaymentMethod(call, given.payment_method);
    setCardFacts(call, id, cardFacts(call, method.id));
    const { billing_details, allow_redisplay, card } = method;
    return { ...base, billing_details, allow_redisplay, card: card && { ...card, generated_from: null } };
  }
  const data = given.payment_method_data;
  if (!data) throw invalid('Missing required param: payment_method_data.', 'payment_method_data', 'parameter_missing');
  const { card, facts } = newCard(data.card);
  setCardFacts(call, id, facts);
  return {
    ...base,
    allow_redisplay: data.allow_redisplay ?? 'unspecified',
    billing_details: billingDetails(data.billing_details),
    card: { ...card, generated_from: null },
  };
}

/** A new payment method from the token, which is spent on this intent and no other. */
export function redeem(call: Call, id: string, intent: Stripe.PaymentIntent | Stripe.SetupIntent) {
  const { store } = call.sandbox;
  const token = store.find('confirmation_token', id);
  if (!token) throw missing('confirmation_token', id, 'confirmation_token');
  if (token.payment_intent || token.setup_intent) {
    throw invalid('This ConfirmationToken has already been used, and cannot be used again.', 'confirmation_token');
  }
  if (token.expires_at !== null && token.expires_at <= now()) {
    throw invalid('This ConfirmationToken has expired.', 'confirmation_token');
  }
  const preview = token.payment_method_preview;
  if (!preview?.card) throw new Error(`${id} was kept without a card`);
  const method = keep(call, { ...preview.card, generated_from: null }, cardFacts(call, id), {
    billing_details: { ...preview.billing_details, tax_id: preview.billing_details.tax_id ?? null },
    allow_redisplay: preview.allow_redisplay,
    metadata: {},
  });
  const use = intent.object === 'payment_intent' ? { payment_intent: intent.id } : { setup_intent: intent.id };
  store.put('confirmation_token', { ...token, ...use });
  return {
    method,
    returnUrl: token.return_url,
    setupFutureUsage: futureUsage.nullable().parse(token.setup_future_usage),
  };
}

export const confirmationTokenRoutes: Route[] = [
  { method: 'post', path: '/v1/confirmation_tokens', browser: true, handle: create },
  { method: 'post', path: '/v1/test_helpers/confirmation_tokens', handle: create },
  {
    method: 'get',
    path: '/v1/confirmation_tokens/:id',
    handle(call) {
      const token = call.sandbox.store.find('confirmation_token', idIn(call));
      if (!token) throw missing('confirmation_token', idIn(call));
      return token;
    },
  },
];
