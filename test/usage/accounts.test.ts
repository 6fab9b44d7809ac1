/** Nothing that was used is lost or counted twice, however ingestion and the ends of periods come in between each other. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Client } from 'pg';
import type { Aggregation } from '../../billing/aggregations.ts';
import type { CustomerId, MeterId, OrganizationId } from '../../billing/ids.ts';
import { type Account, closeAccounts, followPeriod, unitsUsed } from '../../usage/accounts.ts';
import { addToAccounts, type Run } from '../../usage/add-to-accounts.ts';
import { EventWriter } from '../../usage/event-writer.ts';
import { freezeAccounts, frozenOf } from '../../usage/frozen.ts';
import { subjectOf, subjectOfCustomer } from '../../usage/subjects.ts';
import { Tallied } from '../../usage/tallied.ts';
import { type Running, startRunning } from '../api/running.ts';
import { aShop } from './selling.ts';

let running: Running;
let events: EventWriter;
let organization: OrganizationId;
const meters: Record<string, MeterId> = {};

beforeAll(async () => {
  running = await startRunning();
  events = new EventWriter(String(running.services.environment.DATABASE_URL));
  const shop = await aShop(running);
  organization = shop.organization.id;
  meters.sum = (await shop.aMeter('Sum')).id;
  meters.count = (await shop.aMeter('Count', { aggregation: { func: 'count' } })).id;
  meters.unique = (await shop.aMeter('Unique', { aggregation: { func: 'unique', property: 'tokens' } })).id;
});
afterAll(async () => {
  await events.close();
  await running.close();
});

/** Somebody under two names. */
function anAccount() {
  const subjects = [subjectOfCustomer(randomUUID() as CustomerId), subjectOf(organization, randomUUID())] as const;
  const account = (func: Account['func'], meter: string): Account => ({ subjects, meterId: meters[meter]!, func });
  const accounts = [account('sum', 'sum'), account('count', 'count'), account('unique', 'unique')];
  const use = (tokens: number, name: 0 | 1 = 0) =>
    events.write({
      organizationId: organization,
      events: [
        {
          ...{ subject: subjects[name], customerId: null, externalCustomerId: null, memberId: null },
          ...{ externalMemberId: null, name: 'call', source: 'user', timestamp: Date.now(), externalId: null },
          ...{ parentId: null, metadata: { tokens } },
        },
      ],
    });
  return { accounts, use };
}

const within = <T>(work: (sql: Parameters<typeof closeAccounts>[0]) => Promise<T>) =>
  running.orm.em.fork().transactional((em) => work(em));
const close = (accounts: readonly Account[]) => within((sql) => closeAccounts(sql, accounts));
const follow = (accounts: readonly Account[], end: Date | null) =>
  within((sql) => followPeriod(sql, organization, accounts, end));
const running_ = (accounts: readonly Account[]) => within((sql) => unitsUsed(sql, accounts));

it('keeps what comes after the end of a period for the next one', async () => {
  const { accounts, use } = anAccount();
  await follow(accounts, new Date(Date.now() + 60_000));
  await use(5);
  await follow(accounts, new Date(Date.now() - 1));
  await use(5);
  await use(7, 1);
  expect(await running_(accounts)).toEqual(['5', '1', '1']);
  expect(await close(accounts)).toEqual(['5', '1', '1']);
  expect(await running_(accounts)).toEqual(['12', '2', '2']);
});

it('takes it into the present one where its end moves on, a value seen in both counted once', async () => {
  const { accounts, use } = anAccount();
  await follow(accounts, new Date(Date.now() - 1));
  await use(5);
  await follow(accounts, null);
  await use(5);
  await follow(accounts, new Date(Date.now() - 1));
  await use(5);
  await use(9);
  await follow(accounts, new Date(Date.now() + 60_000));
  expect(await running_(accounts)).toEqual(['24', '4', '2']);
  await use(9);
  expect(await close(accounts)).toEqual(['33', '5', '2']);
});

it('know the latest use of all, whoever of two writers around it commits last', async () => {
  const { accounts } = anAccount();
  const [subject] = accounts[0]!.subjects;
  const client = new Client({ connectionString: String(running.services.environment.DATABASE_URL) });
  await client.connect();
  const run: Run = (text, values) => client.query(text, [...values]);
  const now = Date.now();
  const writes = async (tokens: number, seconds: number) => {
    const tallied = new Tallied();
    const event = { subject: subject!, name: 'call', source: 'user' as const, timestamp: now, metadata: { tokens } };
    const filter = { conjunction: 'and' as const, clauses: [] };
    for (const { meterId: id, func } of accounts) {
      const aggregation = { func, property: 'tokens' } as Aggregation;
      tallied.add(event, organization, [{ id, organizationId: organization, filter, aggregation }]);
    }
    await addToAccounts(run, tallied, new Date(now + seconds * 1000).toISOString());
  };
  await writes(3, 5);
  await writes(4, 0);
  const { rows } = await client.query('select used_at from usage_accounts where subject = $1', [subject]);
  await client.end();
  expect(rows).toEqual(accounts.map(() => ({ used_at: new Date(now + 5000) })));
});

it('closed plus running is all that was used, whatever happens at the same time', async () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ use: fc.nat(1000), name: fc.constantFrom(0 as const, 1 as const) }) },
    { weight: 1, arbitrary: fc.constant('close' as const) },
    { weight: 1, arbitrary: fc.constantFrom('past' as const, 'future' as const, 'open' as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const { accounts, use } = anAccount();
      const closed: string[][] = [];
      await Promise.all(
        steps.map(async (each) => {
          if (typeof each === 'object') await use(each.use, each.name);
          else if (each === 'close') closed.push(await close(accounts));
          else await follow(accounts, each === 'open' ? null : new Date(Date.now() + (each === 'past' ? -1 : 60_000)));
        }),
      );
      closed.push(await close(accounts), await close(accounts));
      const used = steps.flatMap((each) => (typeof each === 'object' ? each.use : []));
      const sumOf = (which: number) => closed.reduce((sum, units) => sum + Number(units[which]), 0);
      expect(sumOf(0)).toBe(used.reduce((sum, tokens) => sum + tokens, 0));
      expect(sumOf(1)).toBe(used.length);
    }),
    { numRuns: 40 },
  );
});

it('count from when they were frozen where they are closed later, and anew where that is taken back', async () => {
  const { accounts, use } = anAccount();
  const [sum] = accounts.map((account) => ({ ...account, subjects: account.subjects.slice(0, 1) }));
  const own = [sum!];
  const since = async () => {
    const [row] = await within((sql) =>
      sql.execute<{ ms: number }[]>(
        `select extract(epoch from used_from)::float8 * 1000 as ms from usage_accounts where subject = ? and meter_id = ?`,
        [sum!.subjects[0], sum!.meterId],
      ),
    );
    return row!.ms;
  };
  await follow(own, null);
  const begun = await since();
  const freeze = () => within((sql) => freezeAccounts(sql, organization, own));
  await use(5);
  await freeze();
  await follow(own, null);
  expect(await since()).toBe(begun);
  await use(6);
  const before = Date.now();
  await freeze();
  const after = Date.now();
  expect(await within((sql) => frozenOf(sql, own))).toBe('all');
  await new Promise((passed) => setTimeout(passed, 50));
  await use(7);
  expect(await close(own)).toEqual(['11']);
  expect(await running_(own)).toEqual(['7']);
  expect(await since()).toBeGreaterThanOrEqual(before);
  expect(await since()).toBeLessThanOrEqual(after + 1);
});
