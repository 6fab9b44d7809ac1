/** What a meter counts of the events of each hour, day, week, month or year, wherever on earth these begin. */
import { z } from 'zod';
import type { MeterRow } from '../../db/entities/meter.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { MeterQuantities } from '../../schemas/meter.ts';
import { metadataFilter, queryInstant, queryTimeZone } from '../../schemas/query.ts';
import { aggregatedSql, contributionSql } from '../../usage/aggregation-sql.ts';
import { type Fragment, filterSql, fragment, joined } from '../../usage/filter-sql.ts';
import { invalid } from '../errors.ts';
import { carryingMetadata, ofCustomersQuery } from '../events/conditions.ts';
import { ofCustomers } from '../events/of-customers.ts';

const INTERVALS = ['year', 'month', 'week', 'day', 'hour'] as const;

const MOST = 1000;
const HOUR = 3_600_000;
/** At least. */
const LENGTHS = { hour: HOUR, day: 23 * HOUR, week: 167 * HOUR, month: 671 * HOUR, year: 8759 * HOUR };

export const QuantitiesQuery = z.object({
  start_timestamp: queryInstant,
  end_timestamp: queryInstant.describe('Of events before it.'),
  interval: z.enum(INTERVALS).meta({ id: 'TimeInterval' }).describe(`At most ${MOST} of them.`),
  timezone: queryTimeZone
    // The database takes an offset for one in the other direction.
    .refine((name) => !/^[+-]/.test(name), 'Not an IANA time zone')
    .describe('Where days, and all that is made of them, begin at midnight.'),
  ...ofCustomersQuery,
  customer_aggregation_function: z
    .enum(['count', 'sum', 'max', 'min', 'avg', 'unique'])
    .optional()
    .describe('Counts for each customer apart, then makes this of what that came to.'),
  metadata: metadataFilter,
});
type Asked = z.output<typeof QuantitiesQuery>;

/** The total is made of all events of the whole time: the average of all, not that of averages. */
export async function quantitiesOf(em: EntityManager, meter: MeterRow, asked: Asked): Promise<MeterQuantities> {
  refuseTooMany(asked);
  const { interval, timezone, start_timestamp: start, end_timestamp: end } = asked;
  const bounds = fragment(
    `select array(select generate_series(date_trunc(?, ?::timestamptz, ?), ?::timestamptz - interval '1 millisecond',
       ?::interval, ?)) as starts`,
    ...[interval, start.toISOString(), timezone, end.toISOString(), `1 ${interval}`, timezone],
  );
  const counted = await contributions(em, meter, asked);
  const rows: { start: number; quantity: string | null; total: string }[] = await em.execute(
    `with bounds as (${bounds.text}), counted as (${counted.text}), made as (${made(meter, asked)})
     select (extract(epoch from start) * 1000)::float8 as start,
       (select quantity::text from made where made.bucket = b.bucket) as quantity,
       coalesce((select quantity::text from made where made.bucket is null), '0') as total
     from bounds, unnest(starts) with ordinality as b (start, bucket) order by b.bucket`,
    [...bounds.values, ...counted.values],
  );
  return {
    quantities: rows.map(({ start, quantity }) => ({
      timestamp: new Date(start).toISOString(),
      quantity: Number(quantity ?? 0),
    })),
    total: Number(rows[0]?.total ?? 0),
  };
}

/** Its number is that of the last of `starts` that is not after it, so that none is lost where clocks are changed. */
async function contributions(em: EntityManager, meter: MeterRow, asked: Asked): Promise<Fragment> {
  const isApart = asked.customer_aggregation_function !== undefined;
  const customers = await ofCustomers(em, meter.organization.id, asked);
  const conditions = joined(
    [
      fragment('e.organization_id = ?', meter.organization.id),
      fragment('e."timestamp" >= ?::timestamptz', asked.start_timestamp.toISOString()),
      fragment('e."timestamp" < ?::timestamptz', asked.end_timestamp.toISOString()),
      filterSql(meter.filter),
      ...(customers ? [customers] : []),
      ...carryingMetadata(asked.metadata),
    ],
    ' and ',
  );
  const value = contributionSql(meter.aggregation);
  return fragment(
    `select width_bucket(e."timestamp", starts) as bucket, ${isApart ? CUSTOMER : 'null'} as customer,
       ${value.text} as value
     from bounds, events e ${isApart ? WITH_CUSTOMER : ''} where ${conditions.text}`,
    ...value.values,
    ...conditions.values,
  );
}

const CUSTOMER = 'coalesce(e.customer_id::text, c.id::text, e.external_customer_id)';
const WITH_CUSTOMER = `left join customers c on e.customer_id is null and c.organization_id = e.organization_id
  and c.external_id = e.external_customer_id and c.deleted_at is null`;

/** By number of bucket, and under none for all together. */
function made({ aggregation: { func } }: MeterRow, { customer_aggregation_function: ofCustomer }: Asked): string {
  if (ofCustomer === undefined) {
    return `select bucket, ${aggregatedSql(func, 'value')} as quantity from counted
      group by grouping sets ((bucket), ())`;
  }
  return `select bucket, ${aggregatedSql(ofCustomer, 'quantity')} as quantity from (
      select bucket, customer, ${aggregatedSql(func, 'value')} as quantity from counted where value is not null
      group by grouping sets ((bucket, customer), (customer))
    ) apart group by bucket`;
}

function refuseTooMany({ interval, start_timestamp: start, end_timestamp: end }: Asked): void {
  if (end <= start) throw invalid(['query', 'end_timestamp'], 'It must be after the start.');
  if ((end.getTime() - start.getTime()) / LENGTHS[interval] > MOST) {
    throw invalid(['query', 'interval'], `More than ${MOST} of them: ask for longer ones, or for less time.`);
  }
}
