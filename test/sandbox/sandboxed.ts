/** A sandbox Stripe with a webhook receiver beside it, for one test file. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { startStripeSandbox } from '../../dev/sandbox/stripe/server.ts';

const SECRET = 'whsec_example';

export type Sandboxed = Awaited<ReturnType<typeof startSandboxed>>;

/** `folder` holds its state; `receiver.answers` is the status that webhooks are answered with. */
export async function startSandboxed() {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-stripe-'));
  const receiver = await startReceiver();
  const statePath = join(folder, 'state.db');
  const sandbox = await startStripeSandbox({ port: 0, host: '127.0.0.1', statePath, ...receiver.settings });
  return {
    folder,
    receiver,
    url: sandbox.url,
    stripe: clientOf(sandbox.url),
    async close() {
      await sandbox.close();
      receiver.close();
      rmSync(folder, { recursive: true });
    },
    /** Turns one of the sandbox's own switches. */
    order(path: string, body: object): Promise<Response> {
      const headers = { 'Content-Type': 'application/json' };
      return fetch(`${sandbox.url}/_sandbox/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    },
    /** What the sandbox holds. */
    async index(): Promise<{ held: number }> {
      return (await fetch(`${sandbox.url}/_sandbox`)).json() as Promise<{ held: number }>;
    },
    async calm() {
      await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'DELETE' });
      await this.order('webhooks', { mode: 'normal' });
    },
  };
}

async function startReceiver() {
  const received: Stripe.Event[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const signature = request.headers['stripe-signature'] ?? '';
    if (receiver.answers === 200) received.push(Stripe.webhooks.constructEvent(body, signature, SECRET));
    response.writeHead(receiver.answers).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const receiver = {
    answers: 200,
    received,
    settings: { webhookUrl: `http://127.0.0.1:${port}/hooks`, webhookSecret: SECRET },
    typesAbout: (id: string | null) =>
      received.filter((event) => 'id' in event.data.object && event.data.object.id === id).map((event) => event.type),
    close: () => server.close(),
  };
  return receiver;
}

export function clientOf(url: string): Stripe {
  const { hostname, port } = new URL(url);
  return new Stripe('sk_test_example', { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, timeout: 5000 });
}

export const aCustomer = (stripe: Stripe) => stripe.customers.create({ email: 'ada@example.com', name: 'Ada Example' });

/** A customer whose card was saved by a first payment of $20.00 in their presence. */
export async function aCustomerWith(
  stripe: Stripe,
  card: string,
): Promise<{ customer: string; payment_method: string }> {
  const customer = (await aCustomer(stripe)).id;
  const paid = await stripe.paymentIntents.create({
    ...{ amount: 2000, currency: 'usd', customer, payment_method: card, setup_future_usage: 'off_session' },
    ...{ confirm: true, return_url: 'https://shop.example/back' },
  });
  if (paid.next_action) await bank(paid.next_action.redirect_to_url?.url, 'approve');
  const [saved] = (await stripe.paymentMethods.list({ customer })).data;
  return { customer, payment_method: saved!.id };
}

export function renewal(
  stripe: Stripe,
  of: { customer: string; payment_method: string },
  options: Stripe.RequestOptions = {},
) {
  return stripe.paymentIntents.create(
    { amount: 2000, currency: 'usd', ...of, off_session: true, confirm: true },
    options,
  );
}

/** What the cardholder says to their bank. */
export const bank = (url: string | null | undefined, answer: 'approve' | 'refuse') =>
  fetch(url ?? '', { method: 'POST', body: new URLSearchParams({ answer }), redirect: 'manual' });

export const refusal = (work: Promise<unknown>): Promise<Stripe.errors.StripeError> =>
  work.then(
    () => Promise.reject(new Error('was accepted')),
    (error: unknown) => (error instanceof Stripe.errors.StripeError ? error : Promise.reject(error)),
  );

export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
