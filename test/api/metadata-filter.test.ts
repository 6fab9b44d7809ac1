/** Filters by metadata: keys are the merchant's own words, so they reach the database as values and nothing else. */
import { randomUUID } from 'node:crypto';
import { type Running, startRunning } from './running.ts';

const LISTS = ['customers', 'products', 'orders', 'subscriptions', 'benefits', 'meters', 'events'] as const;

/** Keys that mean something to SQL, to the database's client, or to JavaScript. */
const HOSTILE_KEYS = ['?', '??', "'", '"', '\\', '$or', '$not', '$eq', 'constructor', ':a', '-- ', "') or true --"];
const HOSTILE_VALUES = [' is null or true --', ' is null; delete from customers --', "' or '1'='1", '?', '\\'];

let running: Running;
let mine: string;
let others: string;

beforeAll(async () => {
  running = await startRunning();
  mine = (await running.aMerchant()).token;
  others = (await running.aMerchant()).token;
  await running.made(mine, 'POST', '/v1/customers/', { email: `mine-${randomUUID()}@example.com` });
  await running.made(others, 'POST', '/v1/customers/', { email: `theirs-${randomUUID()}@example.com` });
});
afterAll(() => running.close());

const filtered = (list: string, key: string, value: string) =>
  running.call(mine, 'GET', `/v1/${list}/?metadata[${encodeURIComponent(key)}]=${encodeURIComponent(value)}`);

it.each(LISTS)('%s: a hostile key or value finds nothing, and nobody else’s', async (list) => {
  for (const key of HOSTILE_KEYS) {
    for (const value of HOSTILE_VALUES) {
      const { status, body } = await filtered(list, key, value);
      expect([key, value, status, body.items]).toEqual([key, value, 200, []]);
    }
  }
});

it('refuses the one key that would be left out', async () => {
  expect((await filtered('customers', '__proto__', 'x')).status).toBe(422);
});

it('finds by any key and by one of several values, whatever the type of the value', async () => {
  const metadata = { 'what?': 'yes', "it's": 'fine', $or: 'odd', seats: 3, trial: true };
  const email = `mine-${randomUUID()}@example.com`;
  const { id } = await running.made(mine, 'POST', '/v1/customers/', { email, metadata });
  for (const [key, value] of Object.entries(metadata)) {
    const { body } = await filtered('customers', key, String(value));
    expect([key, body.items.map((customer: { id: string }) => customer.id)]).toEqual([key, [id]]);
  }
  const several = await running.made(mine, 'GET', '/v1/customers/?metadata[seats]=2&metadata[seats]=3');
  expect(several.pagination.total_count).toBe(1);
  expect((await running.made(others, 'GET', '/v1/customers/?metadata[seats]=3')).items).toEqual([]);
});
