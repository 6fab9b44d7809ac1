/** What is forgotten, and what is still of use. */
import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { forgetOldRows } from '../../activities/retention/index.ts';
import { DAY } from '../../billing/periods.ts';
import { CustomerSession } from '../../db/entities/customer-session.ts';
import { Email } from '../../db/entities/email.ts';
import { EmailVerification } from '../../db/entities/email-verification.ts';
import type { EntityManager } from '../../db/orm.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';
import { aShop, type Shop } from './shop.ts';

const NOW = Date.UTC(2027, 5, 1);
const daysAgo = (days: number) => new Date(NOW - days * DAY);

let database: FreshDatabase;
let em: EntityManager;
let shop: Shop;
beforeAll(async () => {
  database = await freshDatabase();
  em = database.orm.em.fork();
  shop = await aShop(database.orm);
});
afterAll(() => database[Symbol.asyncDispose]());

const forget = (): Promise<Readonly<Record<string, number>>> =>
  new MockActivityEnvironment().run(forgetOldRows, database, { at: NOW });

const aHash = () => randomUUID().replaceAll('-', '').repeat(2);

async function aSession(expiresAt: Date): Promise<string> {
  const id = randomUUID();
  const customer = shop.customerId;
  await em.insert(CustomerSession, { id, createdAt: expiresAt, customer, tokenHash: aHash(), expiresAt });
  return id;
}

async function anEmail(createdAt: Date, sentAt: Date | null): Promise<string> {
  const id = randomUUID();
  const about = { organization: shop.organizationId, customer: shop.customerId, kind: 'email_update' as const };
  const letter = { recipient: 'ada@example.com', subject: 'Your new address', text: 'Hello Ada', html: null };
  await em.insert(Email, { id, createdAt, sentAt, ...about, ...letter });
  await em.insert(EmailVerification, { id, email: id, tokenHash: aHash(), expiresAt: daysAgo(1) });
  return id;
}

const idsOf = async (table: string) =>
  (await em.execute<{ id: string }[]>(`select id from ${table}`)).map(({ id }) => id).toSorted();

it('forgets sessions a week after their end', async () => {
  await aSession(daysAgo(8));
  const left = [await aSession(daysAgo(6)), await aSession(daysAgo(-1))];
  expect(await forget()).toMatchObject({ customer_sessions: 1 });
  expect(await idsOf('customer_sessions')).toEqual(left.toSorted());
});

it('forgets e-mails after 90 days, with the proofs that hang on them', async () => {
  await anEmail(daysAgo(100), daysAgo(91));
  await anEmail(daysAgo(91), null);
  const left = [
    await anEmail(daysAgo(89), daysAgo(89)),
    // On a test clock that is behind, and on one that is ahead.
    await anEmail(daysAgo(900), daysAgo(1)),
    await anEmail(daysAgo(-900), daysAgo(91)),
  ];
  expect(await forget()).toMatchObject({ emails: 2 });
  expect(await idsOf('emails')).toEqual(left.toSorted());
  expect(await idsOf('email_verifications')).toEqual(left.toSorted());
});

it('forgets the processor’s events after 90 days, page by page', async () => {
  await em.execute(
    `insert into processor_events (id, type, object_id, received_at)
     select 'evt_' || i, 'payment_intent.succeeded', 'pi_1', case when i < 11000 then ?::timestamptz else ? end
     from generate_series(0, 11999) i`,
    [daysAgo(91), daysAgo(89)],
  );
  expect(await forget()).toMatchObject({ processor_events: 11_000 });
  expect(await forget()).toMatchObject({ processor_events: 0 });
  expect(await idsOf('processor_events')).toHaveLength(1_000);
});
