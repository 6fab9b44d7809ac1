/** How a buyer pays a checkout, also by way of their bank, and what the processor has taken of them. */
import { bank } from '../sandbox/sandboxed.ts';
import type { Reply, Running } from './running.ts';

/** `card` null: without one. */
export async function pay(
  running: Running,
  checkout: { client_secret: string },
  card: string | null,
  more: object = {},
): Promise<Reply> {
  return running.call(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    ...(card === null ? {} : { confirmation_token_id: await running.aCard(card) }),
    ...more,
  });
}

/** What the customer answers on their bank's page, which wants to be asked about a payment or about keeping a card. */
export async function atTheBank(running: Running, clientSecret: string, answer: 'approve' | 'refuse'): Promise<void> {
  const id = clientSecret.split('_secret_')[0] ?? '';
  const intent = id.startsWith('pi_')
    ? await running.stripe.paymentIntents.retrieve(id)
    : await running.stripe.setupIntents.retrieve(id);
  const url = intent.next_action?.redirect_to_url?.url ?? intent.next_action?.use_stripe_sdk?.stripe_js;
  await bank(String(url), answer);
}

/** Amounts that the processor has taken for a checkout. */
export async function takenFor(running: Running, checkoutId: string): Promise<number[]> {
  const { data } = await running.stripe.paymentIntents.list({ limit: 100 });
  return data
    .filter(({ metadata, status }) => metadata['checkout_id'] === checkoutId && status === 'succeeded')
    .map(({ amount }) => amount);
}
