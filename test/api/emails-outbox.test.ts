/** The outbox of development: all that was written, to be looked at and followed; and nothing of it elsewhere. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../api/app.ts';
import { routes } from '../../api/routes/index.ts';
import type { CustomerId, OrganizationId } from '../../billing/ids.ts';
import { type Environment, readEnvironment } from '../../config/environment.ts';
import { createLogger } from '../../config/logging.ts';
import { Email } from '../../db/entities/email.ts';
import { boughtAt } from './changing.ts';
import { type Running, startRunning } from './running.ts';

const needed = {
  DATABASE_URL: 'postgres://localhost/any',
  STRIPE_SECRET_KEY: 'sk_test_example',
  STRIPE_PUBLISHABLE_KEY: 'pk_test_example',
  STRIPE_WEBHOOK_SECRET: 'whsec_example',
  PUBLIC_URL: 'https://shop.example',
};

let running: Running;
let outbox: Awaited<ReturnType<typeof served>>;
beforeAll(async () => {
  running = await startRunning();
  outbox = await served(readEnvironment({ ...needed, OUTBOX_PAGE: 'true' }));
});
afterAll(async () => {
  await outbox.close();
  await running.close();
});

/** The same API with other settings. */
async function served(environment: Environment) {
  const services = { ...running.services, environment };
  const log = createLogger({ ...environment, LOG_LEVEL: 'silent' }, 'test');
  const server = createServer(createApp({ routes, orm: running.orm, log, services }));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    get: (path: string) => fetch(base + path, { redirect: 'manual', headers: { accept: 'text/html' } }),
    text: async (path: string) => (await fetch(base + path, { headers: { accept: 'text/html' } })).text(),
    close: () => new Promise((closed) => server.close(closed).closeAllConnections()),
  };
}

const newestOf = async ({ customer }: { customer: { id: string } }) => {
  const ofCustomer = { customer: customer.id as CustomerId };
  const [email] = await running.orm.em.fork().find(Email, ofCustomer, { orderBy: { position: 'desc' } });
  if (email === undefined) throw new Error('Nothing was written.');
  return email;
};

it('is empty at first, and says so', async () => {
  expect(await outbox.text('/dev/emails')).toContain('Nothing has been written yet.');
});

it('lists what was written, newest first, and finds it by its recipient', async () => {
  const [first, second] = [await boughtAt(running), await boughtAt(running)];
  const list = await outbox.text('/dev/emails');
  expect(list.indexOf(second.customer.email)).toBeGreaterThan(0);
  expect(list.indexOf(first.customer.email)).toBeGreaterThan(list.indexOf(second.customer.email));
  const found = await outbox.text(`/dev/emails?to=${encodeURIComponent(first.customer.email.toUpperCase())}`);
  expect(found).toContain(first.customer.email);
  expect(found).not.toContain(second.customer.email);
  expect(await outbox.text('/dev/emails?to=nobody%25')).toContain('Nothing was found.');
});

it('shows a page at a time', async () => {
  const bought = await boughtAt(running);
  const more = Array.from({ length: 30 }, (_, index) => ({
    ...{ id: randomUUID(), createdAt: new Date(), organization: bought.organization.id as OrganizationId },
    ...{ kind: 'email_update' as const, recipient: 'many@example.com', subject: `Number ${index}.`, text: '' },
  }));
  for (const email of more) await running.orm.em.fork().insert(Email, email);
  const first = await outbox.text('/dev/emails?to=many@example.com');
  expect(first).toContain('Page 1 of 2');
  expect(first).toContain('Number 29.');
  expect(first).not.toContain('Number 4.');
  expect(await outbox.text('/dev/emails?to=many%40example.com&page=2')).toContain('Number 4.');
});

it('shows one with its text and its outside, and its HTML in a frame that can do nothing', async () => {
  const bought = await boughtAt(running);
  const { id } = await newestOf(bought);
  const shown = await outbox.text(`/dev/emails/${id}`);
  expect(shown).toContain(`&lt;${id}@shop.example&gt;`);
  expect(shown).toContain('Example Shop &lt;billing@shop.example&gt;');
  expect(shown).toMatch(/<iframe[^>]+sandbox="allow-popups allow-popups-to-escape-sandbox"/);
  const frame = await outbox.get(`/dev/emails/${id}/html`);
  expect(frame.headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*sandbox allow-popups/);
  const html = await frame.text();
  expect(html).toContain(`href="/dev/emails/${id}/open"`);
  expect(html).not.toContain('{{');
});

it('shows what somebody called themselves as it is', async () => {
  const bought = await boughtAt(running);
  const { id } = await newestOf(bought);
  const script = '<script>alert(1)</script>';
  await running.orm.em.fork().nativeUpdate(Email, id, { subject: script, text: script, recipient: `${script}@x` });
  expect(await outbox.text('/dev/emails')).not.toContain('<script');
  expect(await outbox.text(`/dev/emails/${id}`)).not.toContain('<script');
});

it('leads into the portal by a key made at that moment', async () => {
  const bought = await boughtAt(running);
  const { id } = await newestOf(bought);
  const answer = await outbox.get(`/dev/emails/${id}/open`);
  expect(answer.status).toBe(303);
  const link = new URL(answer.headers.get('location') ?? '');
  expect(link.pathname).toBe(`/portal/${bought.organization.slug}`);
  const token = link.searchParams.get('customer_session_token');
  const { body } = await running.call(token, 'GET', '/v1/customer-portal/customers/me');
  expect(body.id).toBe(bought.customer.id);
});

it.each(['/dev/emails/nonsense', `/dev/emails/${randomUUID()}`])('knows nothing of %s', async (path) => {
  expect((await outbox.get(path)).status).toBe(404);
});

describe('where it was not asked for', () => {
  it('is not there', async () => {
    const plain = await served(readEnvironment(needed));
    const { id } = await newestOf(await boughtAt(running));
    for (const path of ['/dev/emails', `/dev/emails/${id}`, `/dev/emails/${id}/html`, `/dev/emails/${id}/open`]) {
      expect((await plain.get(path)).status).toBe(404);
    }
    await plain.close();
  });

  it('production does not start with it', () => {
    expect(() => readEnvironment({ ...needed, NODE_ENV: 'production', OUTBOX_PAGE: 'true' })).toThrow('OUTBOX_PAGE');
  });
});
