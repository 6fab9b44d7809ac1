/**
 * Counts what came in before a meter was made, a number of events at a time. What they add and how far the reading has
 * got are written together, so that each is counted once, however often a part is tried.
 */
import { hash } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { EventId, MeterId } from '../billing/ids.ts';
import { lockAccounts } from './add-to-accounts.ts';
import type { EventPlace, EventStore, NextEvent } from './event-store.ts';
import { inTransaction } from './in-transaction.ts';
import type { MeterTerms } from './known-meters.ts';
import type { Subject } from './subjects.ts';
import { type Addition, type SeenValues, Tallied } from './tallied.ts';

const CHUNK = 20_000;

export interface Backfilled {
  readonly looked: number;
  readonly counted: number;
  readonly isFinished: boolean;
}

/** The next part, in a transaction of its own; what stands then. Null where there is no such meter. */
export async function backfillNext(
  client: ClientBase,
  store: Pick<EventStore, 'nextAfter'>,
  meterId: MeterId,
  chunk = CHUNK,
): Promise<Backfilled | null> {
  return inTransaction(client, () => countNext(client, store, meterId, chunk));
}

interface Standing extends MeterTerms {
  readonly before: string;
  readonly afterTimestamp: Date | null;
  readonly afterId: EventId | null;
  readonly looked: string;
  readonly counted: string;
  readonly isFinished: boolean;
}

/** The terms are read once the row is locked: until something is counted, they may change. */
const STANDING = `
  with locked as (select * from meter_backfills where meter_id = $1 for update)
  select b.received_before::text as before, b.after_timestamp as "afterTimestamp", b.after_id as "afterId", b.looked,
    b.counted, b.finished_at is not null as "isFinished", m.id, m.organization_id as "organizationId", m.filter,
    m.aggregation
  from locked b join meters m on m.id = b.meter_id`;

async function countNext(
  client: ClientBase,
  store: Pick<EventStore, 'nextAfter'>,
  meterId: MeterId,
  chunk: number,
): Promise<Backfilled | null> {
  await client.query('select from meter_backfills where meter_id = $1 for update', [meterId]);
  const { rows } = await client.query<Standing>(STANDING, [meterId]);
  const [standing] = rows;
  if (standing === undefined) return null;
  const looked = Number(standing.looked);
  const counted = Number(standing.counted);
  if (standing.isFinished) return { looked, counted, isFinished: true };
  // Whatever comes in now is of later, so that what is read in this order stays where it is.
  const events = await store.nextAfter({
    organization: standing.organizationId,
    receivedBefore: standing.before,
    after: placeOf(standing),
    limit: chunk,
  });
  const more = await count(client, standing, events);
  const isFinished = events.length < chunk;
  const last = events.at(-1);
  await client.query(
    `update meter_backfills set after_timestamp = coalesce($2, after_timestamp), after_id = coalesce($3, after_id),
       looked = looked + $4, counted = counted + $5, finished_at = case when $6 then clock_timestamp() end
     where meter_id = $1`,
    [meterId, last ? new Date(last.timestamp).toISOString() : null, last?.id, events.length, more, isFinished],
  );
  return { looked: looked + events.length, counted: counted + more, isFinished };
}

const placeOf = ({ afterTimestamp, afterId }: Standing): EventPlace | null =>
  afterTimestamp === null || afterId === null ? null : { timestamp: afterTimestamp.getTime(), id: afterId };

/**
 * How many of them the meter counts. Whoever is or was billed by it came to it after it was made, and so after all of
 * this: it is added only to accounts that have never been closed, which they are with the beginning of a subscription.
 */
async function count(client: ClientBase, meter: MeterTerms, events: readonly NextEvent[]): Promise<number> {
  const meters = [meter];
  const relevant = events.filter((event) => new Tallied().add(event, meter.organizationId, meters));
  const open = await neverClosed(client, meter, new Set(relevant.map(({ subject }) => subject)));
  const tallied = new Tallied();
  for (const event of relevant) if (open.has(event.subject)) tallied.add(event, meter.organizationId, meters);
  await addNumbers(client, tallied.additions);
  await addValues(client, tallied.seenValues);
  return relevant.length;
}

/** Of these; none of them is closed before this transaction ends. What they count from now on may have been long ago. */
async function neverClosed(
  client: ClientBase,
  meter: MeterTerms,
  subjects: ReadonlySet<Subject>,
): Promise<ReadonlySet<Subject>> {
  const owners = [...subjects].map((subject) => ({ subject, meterId: meter.id, organizationId: meter.organizationId }));
  await lockAccounts((text, values) => client.query(text, [...values]), owners);
  const { rows } = await client.query<{ subject: Subject }>(
    `update usage_accounts set used_from = '-infinity'
     where meter_id = $2 and subject = any($1::uuid[]) and generation = 0 returning subject`,
    [[...subjects], meter.id],
  );
  return new Set(rows.map(({ subject }) => subject));
}

async function addNumbers(client: ClientBase, additions: readonly Addition[]): Promise<void> {
  if (additions.length === 0) return;
  await client.query(
    `update usage_accounts a set
       count = a.count + g.count, sum = a.sum + g.sum, min = least(a.min, g.min), max = greatest(a.max, g.max),
       used_at = coalesce(a.used_at, clock_timestamp())
     from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::numeric[], $5::numeric[], $6::numeric[])
       as g (subject, meter_id, count, sum, min, max)
     where (a.subject, a.meter_id) = (g.subject, g.meter_id)`,
    [
      additions.map(({ subject }) => subject),
      additions.map(({ meterId }) => meterId),
      additions.map(({ tally }) => tally.count),
      additions.map(({ tally }) => tally.sum),
      additions.map(({ tally }) => tally.min),
      additions.map(({ tally }) => tally.max),
    ],
  );
}

async function addValues(client: ClientBase, seen: readonly SeenValues[]): Promise<void> {
  const values = seen.flatMap(({ subject, meterId, values }) =>
    [...values].map((value) => ({ subject, meterId, value: hash('md5', value, 'hex') })),
  );
  if (values.length === 0) return;
  await client.query(
    `with fresh as (
       insert into usage_values (subject, meter_id, generation, value)
       select subject, meter_id, 0, value from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as g (subject, meter_id, value)
       on conflict do nothing returning subject, meter_id
     ), counted as (select subject, meter_id, count(*) as more from fresh group by 1, 2)
     update usage_accounts a set count = a.count + more, used_at = coalesce(a.used_at, clock_timestamp())
     from counted where (a.subject, a.meter_id) = (counted.subject, counted.meter_id)`,
    [values.map(({ subject }) => subject), values.map(({ meterId }) => meterId), values.map(({ value }) => value)],
  );
}
