/** How often may be asked without a token, by one network and of one thing. */
import { randomUUID } from 'node:crypto';
import { type Running, startRunning } from './running.ts';

let running: Running;
let product: { id: string };
let make: (path: string, body: unknown) => Promise<Record<string, string>>;

beforeAll(async () => {
  running = await startRunning();
  const { token } = await running.aMerchant();
  make = (path, body) => running.made(token, 'POST', path, body);
  const prices = [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }];
  product = (await make('/v1/products/', { name: 'Fern', prices })) as { id: string };
});
afterAll(() => running.close());

const aCheckout = async () => (await make('/v1/checkouts/', { products: [product.id] })).client_secret ?? '';

async function ask(method: string, path: string, body: unknown, from: string) {
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': from };
  const reply = await fetch(`${running.api}${path}`, { method, headers, body: JSON.stringify(body) });
  const { error } = (await reply.json()) as { error?: string };
  return { status: reply.status, error, retryAfter: Number(reply.headers.get('retry-after')) };
}

const change = (secret: string, body: unknown, from: string) =>
  ask('PATCH', `/v1/checkouts/client/${secret}`, body, from);
const wrongCode = () => ({ discount_code: `WRONG-${randomUUID()}` });

it('a checkout takes twenty wrong codes an hour, also at once, and right ones besides', async () => {
  const code = `RIGHT-${randomUUID()}`;
  await make('/v1/discounts/', { name: 'Half', code, type: 'percentage', basis_points: 5000, duration: 'once' });
  const secret = await aCheckout();
  for (let n = 1; n <= 3; n += 1)
    expect((await change(secret, { discount_code: code }, '203.0.113.7')).status).toBe(200);
  const replies = await Promise.all(Array.from({ length: 25 }, () => change(secret, wrongCode(), '203.0.113.7')));
  const statuses = replies.map(({ status }) => status).sort();
  expect(statuses).toEqual([...Array(20).fill(422), ...Array(5).fill(429)]);
  const refused = replies.find(({ status }) => status === 429);
  expect([refused?.error, Number(refused?.retryAfter) > 0]).toEqual(['TooManyRequests', true]);
  // What else is changed goes on, and so do other checkouts.
  expect((await change(secret, { customer_name: 'Ada' }, '203.0.113.7')).status).toBe(200);
  expect((await change(await aCheckout(), wrongCode(), '203.0.113.7')).status).toBe(422);
});

it('a network tries a hundred wrong codes an hour, at however many checkouts', async () => {
  const tries = async (from: string) => {
    const secret = await aCheckout();
    const statuses: number[] = [];
    for (let n = 1; n <= 19; n += 1) statuses.push((await change(secret, wrongCode(), from)).status);
    return statuses;
  };
  const statuses: number[] = [];
  for (let n = 1; n <= 6; n += 1) statuses.push(...(await tries('203.0.113.8')));
  expect(statuses.indexOf(429)).toBe(100);
  expect(await tries('203.0.113.9')).not.toContain(429);
});

it('a checkout is told forty places a minute, each of which may be a question to the tax provider', async () => {
  const secret = await aCheckout();
  const statuses: number[] = [];
  for (let n = 0; n < 42; n += 1) {
    const customer_billing_address = { country: 'DE', postal_code: `101${10 + n}` };
    statuses.push((await change(secret, { customer_billing_address }, '203.0.113.10')).status);
  }
  expect(statuses.indexOf(429)).toBe(40);
});

it('a network asks about license keys six hundred times a minute; the operator’s own is not counted', async () => {
  const body = { key: 'none', organization_id: randomUUID() };
  const asks = async (from: string) => {
    const statuses: number[] = [];
    for (let n = 0; n < 610; n += 10) {
      const ten = Array.from({ length: 10 }, () =>
        ask('POST', '/v1/customer-portal/license-keys/validate', body, from),
      );
      statuses.push(...(await Promise.all(ten)).map(({ status }) => status));
    }
    return statuses;
  };
  expect((await asks('203.0.113.11')).filter((status) => status === 429)).toHaveLength(10);
  expect(await asks('10.0.0.1')).not.toContain(429);
});
