/**
 * What came in under a name in a customer's running period, told from the events themselves: the name's account holds one
 * sum of that and of what came before. The account is locked, so that whatever it has counted stands among the events by
 * now, and nothing else does: who has written events and not counted them yet waits for it, unseen.
 */
import { hash } from 'node:crypto';
import { NOTHING, type Tally } from '../billing/aggregations.ts';
import type { Sql } from './accounts.ts';
import { receivedAtOf } from './event-ids.ts';
import type { EventPlace, EventStore, StoredEvent } from './event-store.ts';
import type { MeterTerms } from './known-meters.ts';
import type { Subject } from './subjects.ts';
import { Tallied } from './tallied.ts';

/** Those who send events wait meanwhile: some seconds, at most. */
const MOST_EVENTS = 100_000;
const PAGE = 10_000;

export interface Period {
  readonly meter: MeterTerms;
  readonly from: Date;
  /** Null: not set. What came from then on is the next one's. */
  readonly end: Date | null;
}

interface Part {
  readonly tally: Tally;
  readonly values: ReadonlySet<string>;
}

export interface NamedUsage {
  readonly running: Part;
  readonly next: Part;
}

/** Null where there are too many of them to be counted while others wait. */
export async function namedUsage(store: EventStore, named: Subject, period: Period): Promise<NamedUsage | null> {
  const { meter, from, end } = period;
  const query = {
    ...{ organization: meter.organizationId, subjects: [named], filters: [meter.filter], receivedFrom: from },
  };
  if ((await store.count(query)) > MOST_EVENTS) return null;
  const [running, next] = [new Tallied(), new Tallied()];
  // Behind the last one, not by their number: events that the meter ignores may still come in before it.
  let after: EventPlace | undefined;
  for (let found = PAGE; found === PAGE; ) {
    const events: StoredEvent[] = await store.page({ ...query, after }, { direction: 'asc', limit: PAGE, offset: 0 });
    for (const event of events) {
      const isNext = end !== null && (receivedAtOf(event.id) ?? 0) >= end.getTime();
      (isNext ? next : running).add({ ...event, subject: named }, meter.organizationId, [meter]);
    }
    found = events.length;
    after = events.at(-1);
  }
  return { running: partOf(running), next: partOf(next) };
}

function partOf({ additions: [addition], seenValues: [seen] }: Tallied): Part {
  const values = seen?.values ?? new Set<string>();
  return { tally: addition?.tally ?? { ...NOTHING, count: values.size }, values };
}

/** The account's, which was closed in this transaction: all that it counts was received after `from`. */
export async function keepNamedUsage(sql: Sql, named: Subject, period: Period, usage: NamedUsage): Promise<void> {
  const parts = [usage.running, usage.next];
  await sql.execute(
    `insert into usage_values (subject, meter_id, generation, value)
     select a.subject, a.meter_id, a.generation + g.later, g.value from usage_accounts a,
       unnest(?::int[], ?::uuid[]) as g (later, value)
     where a.subject = ?::uuid and a.meter_id = ?::uuid`,
    [
      listed(parts.flatMap(({ values }, later) => [...values].map(() => String(later)))),
      listed(parts.flatMap(({ values }) => [...values].map((value) => hash('md5', value, 'hex')))),
      ...[named, period.meter.id],
    ],
  );
  await sql.execute(
    `update usage_accounts set used_from = ?::timestamptz, count = ?::bigint, sum = ?::numeric, min = ?::numeric,
       max = ?::numeric, next_count = ?::bigint, next_sum = ?::numeric, next_min = ?::numeric, next_max = ?::numeric
     where subject = ?::uuid and meter_id = ?::uuid`,
    [
      period.from.toISOString(),
      ...parts.flatMap(({ tally: { count, sum, min, max } }) => [count, sum, min, max]),
      ...[named, period.meter.id],
    ],
  );
}

const listed = (values: readonly string[]): string => `{${values.join(',')}}`;
