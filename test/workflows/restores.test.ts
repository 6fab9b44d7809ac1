/** A database that was restored from a backup: what had been paid after it is made again, and not charged again. */
import type { EntityManager } from '../../db/orm.ts';
import { isRestarted } from './lost.ts';
import { broken } from './products.ts';
import { aSubscription, livesInAWorldOfTheirOwn, theWorld } from './support.ts';

livesInAWorldOfTheirOwn();

const HOUR = 60 * 60_000;

/** Restores what is in the database now. */
async function backup(): Promise<() => Promise<void>> {
  const em = theWorld().orm.em.fork();
  const tables: { name: string; columns: string }[] = await em.execute(`
    select c.relname as name, string_agg(quote_ident(a.attname), ', ') as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    group by c.relname`);
  await em.execute('drop schema if exists kept cascade; create schema kept');
  for (const { name } of tables) await em.execute(`create table kept.${name} as table public.${name}`);
  return () =>
    em.transactional(async (tx: EntityManager) => {
      await tx.execute('set local session_replication_role = replica');
      await tx.execute(`truncate ${tables.map(({ name }) => `public.${name}`).join(', ')}`);
      for (const { name, columns } of tables) {
        await tx.execute(
          `insert into public.${name} (${columns}) overriding system value select ${columns} from kept.${name}`,
        );
      }
    });
}

async function order(path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const options = { method: 'POST', headers, body: JSON.stringify(body) };
  const answer = await fetch(`${theWorld().sandboxUrl}/_sandbox/${path}`, options);
  if (!answer.ok) throw new Error(await answer.text());
}
/** Whoever charges instead of looking does so in vain, as if the processor had long forgotten the keys. */
const refusesCharges = () =>
  order('faults', { kind: 'drop', times: 1000, match: { method: 'POST', path: '/payment_intents$/' } });
afterEach(() => fetch(`${theWorld().sandboxUrl}/_sandbox/faults`, { method: 'DELETE' }));

it('finds the renewal that was paid after the backup', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-31');
  const restore = await backup();
  await sub.livesUntil('2027-04-02');
  expect([await sub.status(), await sub.chargesAtProcessor()]).toEqual(['active', 2]);
  await sub.isForgotten();
  await restore();
  await refusesCharges();

  await theWorld().passTime(3 * HOUR);
  await isRestarted(sub);
  expect([await sub.status(), await sub.chargesAtProcessor()]).toEqual(['active', 2]);
  expect((await sub.payments()).map(({ status }) => status)).toEqual(['succeeded']);
  expect(await broken(sub)).toEqual([]);
});

it('finds the retry that was paid after the backup', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.cardAnswers('insufficient_funds');
  await sub.livesUntil('2027-04-02');
  expect(await sub.status()).toBe('past_due');
  const restore = await backup();
  await sub.cardAnswers('succeed');
  await sub.livesUntil('2027-04-04');
  expect([await sub.status(), await sub.chargesAtProcessor()]).toEqual(['active', 2]);
  await sub.isForgotten();
  await restore();
  await refusesCharges();

  await isRestarted(sub);
  expect([await sub.status(), await sub.chargesAtProcessor()]).toEqual(['active', 2]);
  expect(await broken(sub)).toEqual([]);
});

it('finds the retry that paid where the first attempt is made again', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-31');
  const restore = await backup();
  await sub.cardAnswers('insufficient_funds');
  await sub.livesUntil('2027-04-01');
  expect(await sub.status()).toBe('past_due');
  await sub.cardAnswers('succeed');
  await sub.retriesByHand();
  expect([await sub.status(), await sub.chargesAtProcessor()]).toEqual(['active', 2]);
  const [first, retry] = await sub.payments();
  await sub.isForgotten();
  await restore();
  await refusesCharges();

  await theWorld().passTime(26 * HOUR);
  await isRestarted(sub);
  expect([await sub.status(), await sub.chargesAtProcessor()]).toEqual(['active', 2]);
  expect(await sub.payments()).toMatchObject([
    { id: first?.id, attempt: 1, status: 'succeeded', processorId: retry?.processorId },
  ]);
  expect(await broken(sub)).toEqual([]);
});

it('finds what was paid by a subscription that resumed after the backup, although it resumes at another moment', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.process.pause(sub.calendar.at('2027-05-15'));
  await sub.livesUntil('2027-05-10');
  const restore = await backup();
  await sub.livesUntil('2027-05-16');
  expect([await sub.status(), await sub.chargesAtProcessor()]).toEqual(['active', 2]);
  await sub.isForgotten();
  await restore();
  await refusesCharges();

  await theWorld().passTime(48 * HOUR);
  await isRestarted(sub);
  expect([await sub.status(), await sub.chargesAtProcessor()]).toEqual(['active', 2]);
  expect((await sub.payments()).map(({ status }) => status)).toEqual(['succeeded']);
  expect(await broken(sub)).toEqual([]);
});
