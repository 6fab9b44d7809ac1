/** A customer changes their e-mail address by a link that goes to the new one; and looks after what they hold. */
import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Dependencies } from '../../activities/dependencies.ts';
import { type Mailing, sendEmail } from '../../activities/email/send.ts';
import type { CustomerId } from '../../billing/ids.ts';
import { Email } from '../../db/entities/email.ts';
import { EmailVerification } from '../../db/entities/email-verification.ts';
import { WebhookEvent } from '../../db/entities/webhook.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';

const CHANGE = '/v1/customer-portal/customers/me/email-update';

let running: Running;
let token: string;
let slug: string;

beforeAll(async () => {
  running = await startRunning();
  const merchant = await running.aMerchant();
  token = merchant.token;
  slug = merchant.organization.slug;
  await running.made(token, 'PATCH', `/v1/organizations/${merchant.organization.id}`, {
    customer_portal_settings: {
      usage: { show: true },
      subscription: { update_seats: false, update_plan: false },
      customer: { allow_email_change: true },
    },
  });
});
afterAll(() => running.close());

const anEmail = () => `ada-${randomUUID()}@example.com`;
const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);

async function aCustomer(terms: Record<string, unknown> = {}) {
  const customer = await make('/v1/customers/', { email: anEmail(), ...terms });
  const session = await make('/v1/customer-sessions/', { customer_id: customer.id });
  return { customer, portal: session.token as string };
}

const asks = (portal: string, email: unknown) => running.call(portal, 'POST', `${CHANGE}/request`, { email });
const check = (link: string) => running.call(null, 'GET', `${CHANGE}/check?token=${link}`);
const verify = (link: string) => running.call(null, 'POST', `${CHANGE}/verify`, { token: link });
const lettersTo = (recipient: string) => running.orm.em.fork().find(Email, { recipient, kind: 'email_update' });

/** Sends the newest letter to an address, through a mail server that keeps it; the link's token, null: nothing was sent. */
async function delivered(recipient: string): Promise<string | null> {
  const [letter] = await running.orm.em
    .fork()
    .find(Email, { recipient, kind: 'email_update' }, { orderBy: { createdAt: 'desc' } });
  let sent = '';
  const transport = {
    async sendMail({ text }: { text: string }) {
      sent = text;
    },
  };
  const environment = { PUBLIC_URL: 'https://shop.example', EMAIL_FROM: 'shop@example.com' };
  const mailing = { orm: running.orm, environment, transport } as unknown as Mailing & Dependencies;
  await new MockActivityEnvironment().run(sendEmail, mailing, { emailId: letter?.id ?? '' });
  if (sent === '') return null;
  expect(sent).toContain(`https://shop.example/portal/${slug}/verify-email?token=`);
  return /verify-email\?token=(\S+)/.exec(sent)?.[1] ?? null;
}

async function link(portal: string, email: string): Promise<string> {
  expect(await asks(portal, email)).toMatchObject({ status: 202, body: null });
  const given = await delivered(email);
  if (given === null) throw new Error('no link was sent');
  return given;
}

it('is the merchant’s to change, until they let customers do so', async () => {
  const strict = (await running.aMerchant()).token;
  const { id } = await running.made(strict, 'POST', '/v1/customers/', { email: anEmail() });
  const session = await running.made(strict, 'POST', '/v1/customer-sessions/', { customer_id: id });
  expect((await asks(session.token, anEmail())).status).toBe(403);
});

describe('a new e-mail address', () => {
  it('is the customer’s once they have opened the link that went to it', async () => {
    const { customer, portal } = await aCustomer();
    const endpoint = await make('/v1/webhooks/endpoints', {
      url: 'http://127.0.0.1:9/nobody',
      format: 'raw',
      events: ['customer.updated'],
    });
    const email = anEmail();
    const given = await link(portal, email);
    expect((await running.made(token, 'GET', `/v1/customers/${customer.id}`)).email).toBe(customer.email);
    expect((await check(given)).status).toBe(204);
    expect((await check(given)).status).toBe(204);
    const verified = await verify(given);
    expect(verified.status).toBe(200);
    const me = await running.made(verified.body.token, 'GET', '/v1/customer-portal/customers/me');
    expect(me).toMatchObject({ id: customer.id, email, email_verified: true });
    const told = await running.orm.em.fork().find(WebhookEvent, { endpoint: endpoint.id });
    expect(told.map(({ payload }) => JSON.parse(payload ?? '{}').data)).toMatchObject([
      { email, email_verified: true },
    ]);
    await running.made(token, 'DELETE', `/v1/webhooks/endpoints/${endpoint.id}`);
    // It works once.
    expect((await check(given)).status).toBe(401);
    expect((await verify(given)).status).toBe(401);
  });

  it('is asked for in an e-mail whose row holds no key', async () => {
    const { portal } = await aCustomer();
    const email = anEmail();
    const given = await link(portal, email);
    const [letter] = await lettersTo(email);
    expect(letter?.text).toContain('{{verify-email}}');
    expect(JSON.stringify(letter)).not.toContain(given);
    const kept = await running.orm.em.fork().findOneOrFail(EmailVerification, { email: letter?.id });
    expect(kept.tokenHash).toMatch(/^[0-9a-f]{64}$/);
    expect(given).not.toBe(kept.tokenHash);
  });

  it('may be the present one, to confirm it', async () => {
    const { customer, portal } = await aCustomer();
    expect((await verify(await link(portal, customer.email))).status).toBe(200);
    expect((await running.made(token, 'GET', `/v1/customers/${customer.id}`)).email_verified).toBe(true);
  });

  it('asked for again makes the earlier link worthless, and an earlier letter is not sent any more', async () => {
    const { portal } = await aCustomer();
    const [first, second] = [anEmail(), anEmail()];
    const early = await link(portal, first);
    const late = await link(portal, second);
    expect((await check(early)).status).toBe(401);
    expect((await verify(early)).status).toBe(401);
    await running.orm.em.fork().nativeUpdate(Email, { recipient: first }, { sentAt: null });
    expect(await delivered(first)).toBeNull();
    expect((await verify(late)).status).toBe(200);
  });

  it('is not taken after an hour', async () => {
    const { portal } = await aCustomer();
    const email = anEmail();
    const given = await link(portal, email);
    const [letter] = await lettersTo(email);
    const [row]: { left: number }[] = await running.orm.em
      .fork()
      .execute(
        'select extract(epoch from expires_at - now())::int as left from email_verifications where email_id = ?',
        [letter?.id],
      );
    expect(row?.left).toBeGreaterThan(3500);
    expect(row?.left).toBeLessThanOrEqual(3600);
    await running.orm.em.fork().nativeUpdate(EmailVerification, { email: letter?.id }, { expiresAt: new Date() });
    expect((await check(given)).status).toBe(401);
    expect((await verify(given)).status).toBe(401);
  });

  it('is refused where another customer has it, also where they have it in the meantime', async () => {
    const { customer, portal } = await aCustomer();
    const other = await aCustomer();
    expect((await asks(portal, other.customer.email.toUpperCase())).status).toBe(422);
    const email = anEmail();
    const given = await link(portal, email);
    await make('/v1/customers/', { email: email.toUpperCase() });
    expect((await verify(given)).status).toBe(422);
    expect((await running.made(token, 'GET', `/v1/customers/${customer.id}`)).email).toBe(customer.email);
  });

  it('is taken once though the link is opened five times at once', async () => {
    const { portal } = await aCustomer();
    const given = await link(portal, anEmail());
    const replies = await Promise.all(Array.from({ length: 5 }, () => verify(given)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401]);
  });

  it('is not for a customer who was deleted', async () => {
    const { customer, portal } = await aCustomer();
    const email = anEmail();
    const given = await link(portal, email);
    await running.made(token, 'DELETE', `/v1/customers/${customer.id}?anonymize=true`);
    expect((await verify(given)).status).toBe(401);
    expect(await running.orm.em.fork().count(Email, { customer: customer.id as CustomerId })).toBe(0);
    expect(await lettersTo(email)).toEqual([]);
  });

  it.each(['', 'nobody', 'polar_ev_made-up', 'x'.repeat(256)])('is not given for the token %j', async (made) => {
    expect((await check(made)).status).toBe(401);
    expect((await verify(made)).status).toBe(401);
  });

  it('is asked for five times an hour at most', async () => {
    const { portal } = await aCustomer();
    for (let times = 0; times < 5; times += 1) expect((await asks(portal, anEmail())).status).toBe(202);
    expect(await asks(portal, anEmail())).toMatchObject({ status: 429, body: { error: 'TooManyAttempts' } });
  });
});

describe('a benefit', () => {
  async function held(type: 'custom' | 'license_keys') {
    const properties = type === 'custom' ? { note: 'Hello' } : {};
    const benefit = await make('/v1/benefits/', { type, description: 'A benefit', properties });
    const product = await make('/v1/products/', { name: 'Fern', prices: [{ amount_type: 'free' }] });
    await make(`/v1/products/${product.id}/benefits`, { benefits: [benefit.id] });
    const { customer, portal } = await aCustomer();
    const order = await make('/v1/orders/', { customer_id: customer.id, product_id: product.id });
    await make(`/v1/orders/${order.id}/finalize`, {});
    const grant = await eventually(async () => {
      const { items } = await running.made(portal, 'GET', '/v1/customer-portal/benefit-grants/');
      return items[0]?.is_granted ? items[0] : undefined;
    });
    return { benefit, grant, portal };
  }
  const update = (portal: string, id: string, body: unknown) =>
    running.call(portal, 'PATCH', `/v1/customer-portal/benefit-grants/${id}`, body);

  it.each(['custom', 'license_keys'] as const)('of type %s is answered as it is', async (benefit_type) => {
    const { grant, portal } = await held(benefit_type);
    expect(await update(portal, grant.id, { benefit_type })).toMatchObject({ status: 200, body: { id: grant.id } });
    const other = benefit_type === 'custom' ? 'license_keys' : 'custom';
    expect((await update(portal, grant.id, { benefit_type: other })).status).toBe(422);
    expect((await update(portal, grant.id, { benefit_type: 'discord', properties: {} })).status).toBe(422);
    expect((await update((await aCustomer()).portal, grant.id, { benefit_type })).status).toBe(404);
    expect((await update(portal, randomUUID(), { benefit_type })).status).toBe(404);
  });

  it('that was revoked can’t be changed', async () => {
    const { benefit, grant, portal } = await held('custom');
    await running.made(token, 'DELETE', `/v1/benefits/${benefit.id}`);
    await eventually(async () => {
      const found = await running.made(portal, 'GET', `/v1/customer-portal/benefit-grants/${grant.id}`);
      return found.is_revoked ? true : undefined;
    });
    const refused = await update(portal, grant.id, { benefit_type: 'custom' });
    expect(refused).toMatchObject({ status: 403, body: { error: 'NotPermitted' } });
  });
});
