/** The sandbox's side that a browser may talk to: the same calls Stripe's own script makes, with the publishable key. */
import * as z from 'zod/mini';
import type { Authenticated } from './authenticate.ts';
import type { Cardholder, Tokenized } from './card-form.tsx';

export interface Sandbox {
  readonly stripeApi: string;
  readonly publishableKey: string;
}

export interface CardDetails {
  readonly number: string;
  readonly month: number;
  readonly year: number;
  readonly cvc: string;
  readonly isKept: boolean;
}

const Token = z.object({ id: z.string() });
const Intent = z.object({
  status: z.string(),
  next_action: z.nullish(z.object({ redirect_to_url: z.nullish(z.object({ url: z.string() })) })),
});
const Refusal = z.object({ error: z.object({ message: z.string() }) });

/** The processor's own words for why it refused. */
class ProcessorError extends Error {}

export async function createConfirmationToken(
  sandbox: Sandbox,
  card: CardDetails,
  holder: Cardholder,
  returnUrl: string,
): Promise<Tokenized> {
  const form = new URLSearchParams({
    'payment_method_data[type]': 'card',
    'payment_method_data[card][number]': card.number,
    'payment_method_data[card][exp_month]': String(card.month),
    'payment_method_data[card][exp_year]': String(card.year),
    'payment_method_data[card][cvc]': card.cvc,
    return_url: returnUrl,
  });
  if (card.isKept) form.set('setup_future_usage', 'off_session');
  const { address } = holder;
  const billing = {
    email: holder.email,
    name: holder.name,
    'address][country': address?.country,
    'address][line1': address?.line1,
    'address][line2': address?.line2,
    'address][postal_code': address?.postal_code,
    'address][city': address?.city,
    'address][state': address?.state,
  };
  for (const [field, value] of Object.entries(billing)) {
    if (value) form.set(`payment_method_data[billing_details][${field}]`, value);
  }
  try {
    const token = await ask(sandbox, '/v1/confirmation_tokens', Token, form);
    return { kind: 'token', id: token.id };
  } catch (failure) {
    return { kind: 'failed', reason: reasonOf(failure) };
  }
}

/** Sends the browser to the bank's page, if the intent wants that. */
export async function goToBank(sandbox: Sandbox, clientSecret: string): Promise<Authenticated> {
  const id = clientSecret.slice(0, clientSecret.indexOf('_secret'));
  const kind = id.startsWith('seti_') ? 'setup_intents' : 'payment_intents';
  try {
    const path = `/v1/${kind}/${id}?client_secret=${encodeURIComponent(clientSecret)}`;
    const intent = await ask(sandbox, path, Intent);
    if (intent.status !== 'requires_action') return { kind: 'done' };
    const url = intent.next_action?.redirect_to_url?.url;
    if (url === undefined) return { kind: 'failed', reason: 'The bank offered no page to approve this payment on.' };
    window.location.assign(url);
    return { kind: 'leaving' };
  } catch (failure) {
    return { kind: 'failed', reason: reasonOf(failure) };
  }
}

async function ask<T>(sandbox: Sandbox, path: string, answer: z.ZodMiniType<T>, form?: URLSearchParams): Promise<T> {
  const response = await fetch(`${sandbox.stripeApi}${path}`, {
    method: form === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${sandbox.publishableKey}` },
    body: form,
  });
  const content: unknown = await response.json();
  if (response.ok) return answer.parse(content);
  const refusal = Refusal.safeParse(content);
  throw new ProcessorError(refusal.success ? refusal.data.error.message : 'The card processor refused.');
}

function reasonOf(failure: unknown): string {
  if (failure instanceof ProcessorError) return failure.message;
  return 'The card processor could not be reached.';
}
