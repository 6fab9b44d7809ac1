/** The database may end connections at any moment; the pool must outlive that however often. */
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const KILL = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock'`;

it('has as many connections as before, once more of them broke than it holds', async () => {
  const { orm } = database;
  for (let broken = 0; broken < 12; ) {
    const holder = orm.em.fork();
    await holder.begin();
    await holder.execute('select pg_advisory_xact_lock(7)');
    const waiting = Array.from({ length: 4 }, () =>
      orm.em.fork().transactional((em) => em.execute('select pg_advisory_xact_lock(7)')),
    );
    const ended = Promise.allSettled(waiting);
    let killed = 0;
    while (killed < 4) killed += (await orm.em.fork().execute(KILL)).length;
    expect((await ended).every(({ status }) => status === 'rejected')).toBe(true);
    await holder.rollback();
    broken += killed;
  }
  expect(await orm.em.fork().execute('select 1 as one')).toEqual([{ one: 1 }]);
});
