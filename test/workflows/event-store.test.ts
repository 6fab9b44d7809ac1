/** The process that moves events to ClickHouse, and back, beside a shop that goes on. */
import { Client } from 'pg';
import { EventMover } from '../../usage/move-events.ts';
import { EVENT_STORE, startEventStore } from '../../worker/event-store.ts';
import { moveProgress } from '../../workflows/event-store.messages.ts';
import { eventually } from '../api/everything.ts';
import { describeOnClickHouse, type FreshClickHouse, freshClickHouse } from '../usage/clickhouse.ts';
import { aSubscription, livesInAWorldOfTheirOwn, theWorld } from './support.ts';

const MINUTE = 60_000;
const clickhouse = await fresh();

describeOnClickHouse('the event store', () => {
  livesInAWorldOfTheirOwn({ clickhouseUrl: clickhouse?.url });
  afterAll(() => clickhouse?.[Symbol.asyncDispose]());

  it('moves what the shop has done so far, and leaves Postgres once nobody reads there', async () => {
    const sub = await aSubscription({ price: 2000, startedOn: '2027-03-01' });
    const before = await inPostgres();
    expect(before.length).toBeGreaterThan(0);
    await startEventStore(theWorld().client, 'clickhouse');
    await startEventStore(theWorld().client, 'clickhouse');
    const handle = theWorld().client.workflow.getHandle(EVENT_STORE);
    await eventually(async () => ((await handle.query(moveProgress))?.state === 'clickhouse' ? true : undefined));
    expect(await handle.query(moveProgress)).toMatchObject({ moved: before.length, isCleared: false });
    expect(await inClickHouse()).toEqual(before);
    expect(await inPostgres()).toEqual(before);

    await theWorld().passTime(9 * MINUTE);
    expect(await inPostgres()).toEqual(before);
    await theWorld().passTime(2 * MINUTE);
    await eventually(async () => ((await inPostgres()).length === 0 ? true : undefined));
    await eventually(async () => ((await handle.describe()).status.name === 'COMPLETED' ? true : undefined));
    expect(await handle.query(moveProgress)).toMatchObject({ state: 'clickhouse', isCleared: true });

    await sub.livesUntil('2027-04-02');
    expect(await sub.paid()).toEqual(['2027-03-01 2000', '2027-04-01 2000']);
    const since = await inPostgres();
    expect(since.length).toBeGreaterThan(0);
    const mover = new EventMover(
      theWorld().deps.environment.DATABASE_URL,
      clickhouse?.client as FreshClickHouse['client'],
    );
    expect(await mover.move(10_000)).toEqual({ moved: since.length, isComplete: true });
    await mover.close();
    expect(await inClickHouse()).toEqual([...before, ...since].sort());
  });

  it('ends at once where events have been moved', async () => {
    await startEventStore(theWorld().client, 'clickhouse');
    const handle = theWorld().client.workflow.getHandle(EVENT_STORE);
    await eventually(async () => ((await handle.describe()).status.name === 'COMPLETED' ? true : undefined));
    expect(await handle.query(moveProgress)).toMatchObject({ state: 'clickhouse', isCleared: true });
  });

  it('brings them back where that is wanted, and ends at once where it has been done', async () => {
    const all = [...new Set([...(await inClickHouse()), ...(await inPostgres())])].sort();
    for (let times = 0; times < 2; times += 1) {
      await startEventStore(theWorld().client, 'postgres');
      const handle = theWorld().client.workflow.getHandle(EVENT_STORE);
      await eventually(async () => ((await handle.describe()).status.name === 'COMPLETED' ? true : undefined));
      expect(await handle.query(moveProgress)).toMatchObject({ state: 'postgres', moved: all.length });
      expect(await inPostgres()).toEqual(all);
    }
  });

  it('minds what is wanted meanwhile: moves there after all, and back once Postgres is left', async () => {
    const all = await inPostgres();
    await startEventStore(theWorld().client, 'clickhouse');
    const handle = theWorld().client.workflow.getHandle(EVENT_STORE);
    await eventually(async () => ((await handle.query(moveProgress))?.state === 'clickhouse' ? true : undefined));
    await startEventStore(theWorld().client, 'postgres');
    await theWorld().passTime(11 * MINUTE);
    await eventually(async () => ((await handle.describe()).status.name === 'COMPLETED' ? true : undefined));
    expect(await handle.query(moveProgress)).toMatchObject({ state: 'postgres', moved: all.length });
    expect(await inPostgres()).toEqual(all);
  });
});

async function fresh(): Promise<FreshClickHouse | null> {
  return process.env.PERENNIAL_CLICKHOUSE_URL ? freshClickHouse() : null;
}

async function inPostgres(): Promise<string[]> {
  const client = new Client({ connectionString: theWorld().deps.environment.DATABASE_URL });
  await client.connect();
  const { rows } = await client.query<{ id: string }>('select id from events order by id');
  await client.end();
  return rows.map(({ id }) => id);
}

async function inClickHouse(): Promise<string[]> {
  const query = 'select toString(id) as id from events final order by id';
  const answer = await clickhouse?.client.query({ query, format: 'JSONEachRow' });
  return ((await answer?.json<{ id: string }>()) ?? []).map(({ id }) => id);
}
