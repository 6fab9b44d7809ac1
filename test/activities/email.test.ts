/** How an e-mail goes out: with a key to the portal that stands nowhere else. */
import { createHash, randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Transporter } from 'nodemailer';
import type { Dependencies } from '../../activities/dependencies.ts';
import { type Mailing, sendEmail } from '../../activities/email/send.ts';
import { CustomerSession } from '../../db/entities/customer-session.ts';
import { Email } from '../../db/entities/email.ts';
import { Organization } from '../../db/entities/organization.ts';
import { PORTAL_LINK } from '../../emails/links.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';
import { aShop, type Shop } from './shop.ts';

let database: FreshDatabase;
let shop: Shop;
beforeAll(async () => {
  database = await freshDatabase();
  shop = await aShop(database.orm);
});
afterAll(() => database[Symbol.asyncDispose]());

async function written(): Promise<string> {
  const id = randomUUID();
  await database.orm.em.fork().insert(Email, {
    id,
    createdAt: new Date(),
    organization: shop.organizationId,
    customer: shop.customerId,
    kind: 'subscription_past_due',
    recipient: 'ada@example.com',
    subject: 'Your payment did not go through',
    text: `Please look here:\n\n${PORTAL_LINK}`,
  });
  return id;
}

function send(transport: Mailing['transport'], emailId: string): Promise<void> {
  const environment = { PUBLIC_URL: 'https://shop.example', EMAIL_FROM: 'shop@example.com' };
  const mailing = { orm: database.orm, environment, transport } as unknown as Mailing & Dependencies;
  return new MockActivityEnvironment().run(sendEmail, mailing, { emailId });
}

/** A mail server that fails for the first `failures` times. */
function mailServer(failures = 0) {
  const texts: string[] = [];
  const sendMail = async ({ text }: { text: string }) => {
    texts.push(text);
    if (texts.length <= failures) throw new Error('451 try again later');
  };
  return { texts, transport: { sendMail } as unknown as Transporter };
}

const tokenIn = (text = '') => /customer_session_token=(polar_cst_\S+)/.exec(text)?.[1] ?? '';
const rowOf = (id: string) => database.orm.em.fork().findOneOrFail(Email, id);

it('carries a link into the portal, of which only the hash is kept', async () => {
  const id = await written();
  const { texts, transport } = mailServer();
  await send(transport, id);
  expect(texts[0]).toContain(`https://shop.example/portal/${shop.slug}?customer_session_token=polar_cst_`);
  const tokenHash = createHash('sha256').update(tokenIn(texts[0])).digest('hex');
  const session = await database.orm.em.fork().findOneOrFail(CustomerSession, { tokenHash });
  expect(session.customer.id).toBe(shop.customerId);
  const row = await rowOf(id);
  expect(row.text).toBe(`Please look here:\n\n${PORTAL_LINK}`);
  expect(row.sentAt).not.toBeNull();
});

it('goes out with a fresh key after a failure, and no more once it was sent', async () => {
  const id = await written();
  const { texts, transport } = mailServer(1);
  await expect(send(transport, id)).rejects.toThrow('451');
  await send(transport, id);
  await send(transport, id);
  expect(texts).toHaveLength(2);
  expect(tokenIn(texts[0])).not.toBe(tokenIn(texts[1]));
});

it('opens nothing where no mail server is set', async () => {
  const id = await written();
  const before = await database.orm.em.fork().count(CustomerSession);
  await send(null, id);
  expect(await database.orm.em.fork().count(CustomerSession)).toBe(before);
  expect((await rowOf(id)).sentAt).toBeNull();
});

it('comes from the organization, is answered to it, and is known by its row when it comes twice', async () => {
  const id = await written();
  await database.orm.em.fork().nativeUpdate(Organization, shop.organizationId, { email: 'hello@fernwood.example' });
  const html = `<a href="${PORTAL_LINK}">Look here</a>`;
  await database.orm.em.fork().nativeUpdate(Email, id, { html });
  const outgoing: Record<string, unknown>[] = [];
  const sendMail = async (mail: Record<string, unknown>) => {
    outgoing.push(mail);
  };
  await send({ sendMail } as unknown as Transporter, id);
  expect(outgoing).toEqual([
    expect.objectContaining({
      from: { name: 'Example Software', address: 'shop@example.com' },
      replyTo: 'hello@fernwood.example',
      to: 'ada@example.com',
      messageId: `<${id}@shop.example>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    }),
  ]);
  const { text, html: page } = outgoing[0] as { text: string; html: string };
  expect(tokenIn(text)).not.toBe('');
  expect(page).toContain(tokenIn(text));
  expect((await rowOf(id)).html).toBe(html);
});

it('shows nobody but the customer into the portal', async () => {
  const id = await written();
  await database.orm.em.fork().nativeUpdate(Email, id, { kind: 'webhook_endpoint_disabled' });
  const before = await database.orm.em.fork().count(CustomerSession);
  const { texts, transport } = mailServer();
  await send(transport, id);
  expect(texts[0]).toContain(PORTAL_LINK);
  expect(await database.orm.em.fork().count(CustomerSession)).toBe(before);
});
