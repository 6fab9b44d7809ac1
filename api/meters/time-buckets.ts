/** Hours, days, weeks, months and years, wherever on earth these begin. */
import { z } from 'zod';
import type { EntityManager } from '../../db/orm.ts';
import { queryInstant, queryTimeZone } from '../../schemas/query.ts';
import { invalid } from '../errors.ts';

const INTERVALS = ['year', 'month', 'week', 'day', 'hour'] as const;

const MOST = 1000;
const HOUR = 3_600_000;
/** At least. */
const LENGTHS = { hour: HOUR, day: 23 * HOUR, week: 167 * HOUR, month: 671 * HOUR, year: 8759 * HOUR };

export const timeBucketsQuery = {
  start_timestamp: queryInstant,
  end_timestamp: queryInstant.describe('Of events before it.'),
  interval: z.enum(INTERVALS).meta({ id: 'TimeInterval' }).describe(`At most ${MOST} of them.`),
  timezone: queryTimeZone
    // The database takes an offset for one in the other direction.
    .refine((name) => !/^[+-]/.test(name), 'Not an IANA time zone')
    .describe('Where days, and all that is made of them, begin at midnight.'),
};
const TimeBucketsQuery = z.object(timeBucketsQuery);
export type TimeBucketsQuery = z.output<typeof TimeBucketsQuery>;

/**
 * Where they start, in ms since 1970: the first not after the start that is asked for, the last before the end. Postgres
 * knows the clocks of all places, whatever store holds the events. Throws a 422 for too many.
 */
export async function startsOf(em: EntityManager, asked: TimeBucketsQuery): Promise<number[]> {
  refuseTooMany(asked);
  const { interval, timezone, start_timestamp: start, end_timestamp: end } = asked;
  const rows: { start: number }[] = await em.execute(
    `select (extract(epoch from start) * 1000)::float8 as start
     from generate_series(date_trunc(?, ?::timestamptz, ?), ?::timestamptz - interval '1 millisecond', ?::interval, ?)
       as start`,
    [interval, start.toISOString(), timezone, end.toISOString(), `1 ${interval}`, timezone],
  );
  return rows.map((row) => row.start);
}

function refuseTooMany({ interval, start_timestamp: start, end_timestamp: end }: TimeBucketsQuery): void {
  if (end <= start) throw invalid(['query', 'end_timestamp'], 'It must be after the start.');
  if ((end.getTime() - start.getTime()) / LENGTHS[interval] > MOST) {
    throw invalid(['query', 'interval'], `More than ${MOST} of them: ask for longer ones, or for less time.`);
  }
}
