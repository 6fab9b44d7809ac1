/** A customer without a link asks for one: it goes to their address alone, and nobody learns who is a customer. */
import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Dependencies } from '../../activities/dependencies.ts';
import { type Mailing, sendEmail } from '../../activities/email/send.ts';
import type { CustomerId } from '../../billing/ids.ts';
import { Customer } from '../../db/entities/customer.ts';
import { Email } from '../../db/entities/email.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let token: string;
let slug: string;

beforeAll(async () => {
  running = await startRunning();
  const merchant = await running.aMerchant();
  token = merchant.token;
  slug = merchant.organization.slug;
});
afterAll(() => running.close());

const anEmail = () => `ada-${randomUUID()}@example.com`;
const aCustomer = (email = anEmail()) => running.made(token, 'POST', '/v1/customers/', { email, name: 'Ada' });
const lettersTo = (recipient: string) => running.orm.em.fork().find(Email, { recipient, kind: 'portal_link' });

async function asks(email: string, { shop = slug, from = '203.0.113.1' } = {}) {
  const response = await fetch(`${running.api}/v1/customer-portal/customer-session/request`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
    body: JSON.stringify({ organization_slug: shop, email }),
  });
  return { status: response.status, body: await response.json() };
}

/** Nothing is waited for: what was asked for before is written by then, most likely, and never more than once. */
async function written(recipient: string, count: number) {
  return eventually(async () => {
    const letters = await lettersTo(recipient);
    return letters.length >= count ? letters : undefined;
  });
}

/** Sends a letter through a mail server that keeps it; what it said, empty: nothing was sent. */
async function sent(emailId: string): Promise<string> {
  let words = '';
  const transport = {
    async sendMail({ text }: { text: string }) {
      words = text;
    },
  };
  const environment = { PUBLIC_URL: 'https://shop.example', EMAIL_FROM: 'shop@example.com' };
  const mailing = { orm: running.orm, environment, transport } as unknown as Mailing & Dependencies;
  await new MockActivityEnvironment().run(sendEmail, mailing, { emailId });
  return words;
}

it('the link goes to the customer’s address as the shop has it, and opens their portal', async () => {
  const customer = await aCustomer();
  expect(await asks(customer.email.toUpperCase())).toEqual({ status: 202, body: null });
  const [letter] = await written(customer.email, 1);
  expect(JSON.stringify(letter)).toContain('{{portal}}');
  const session = /customer_session_token=(\S+)/.exec(await sent(letter?.id ?? ''))?.[1] ?? '';
  const me = await running.made(session, 'GET', '/v1/customer-portal/customers/me');
  expect(me).toMatchObject({ id: customer.id, email: customer.email });
});

it('the answer is the same for an address of nobody, of a deleted customer, and of another shop’s', async () => {
  const deleted = await aCustomer();
  await running.made(token, 'DELETE', `/v1/customers/${deleted.id}`);
  const other = await running.aMerchant();
  const theirs = await running.made(other.token, 'POST', '/v1/customers/', { email: anEmail() });
  const mine = await aCustomer();
  const wild = mine.email.replace('ada', '___');
  for (const email of [anEmail(), deleted.email, theirs.email, wild, mine.email]) {
    expect(await asks(email, { from: '203.0.113.2' })).toEqual({ status: 202, body: null });
  }
  await written(mine.email, 1);
  for (const email of [deleted.email, theirs.email, wild]) expect(await lettersTo(email)).toEqual([]);
  expect((await asks(mine.email, { shop: 'no-such-shop', from: '203.0.113.2' })).status).toBe(404);
});

it('five an hour go to an address, whoever asks, and it is refused alike where nobody has it', async () => {
  const customer = await aCustomer();
  for (const email of [customer.email, anEmail()]) {
    const statuses: number[] = [];
    for (let n = 1; n <= 6; n += 1) statuses.push((await asks(email, { from: `203.0.113.${10 + n}` })).status);
    expect(statuses).toEqual([202, 202, 202, 202, 202, 429]);
  }
  expect(await written(customer.email, 5)).toHaveLength(5);
});

it('a network asks thirty times an hour, for whichever addresses', async () => {
  const statuses: number[] = [];
  for (let n = 0; n <= 30; n += 1) statuses.push((await asks(anEmail(), { from: '203.0.113.30' })).status);
  expect(statuses.indexOf(429)).toBe(30);
});

it('a link that waits while the address changes, or the customer is deleted, is not sent', async () => {
  const [changed, deleted] = [await aCustomer(), await aCustomer()];
  for (const { email } of [changed, deleted]) await asks(email, { from: '203.0.113.3' });
  const [[one], [other]] = [await written(changed.email, 1), await written(deleted.email, 1)];
  const em = running.orm.em.fork();
  await em.nativeUpdate(Customer, changed.id as CustomerId, { email: anEmail() });
  await em.nativeUpdate(Customer, deleted.id as CustomerId, { deletedAt: new Date() });
  expect([await sent(one?.id ?? ''), await sent(other?.id ?? '')]).toEqual(['', '']);
});
