/** What numbers in events' metadata come to, by names and stretches of time, and by subjects. */
import type { EventQuery, Figures, NameStatistics, StatisticsAsked, SubjectSum } from '../event-store.ts';
import { aggregated, contribution } from './aggregations.ts';
import { conditionOf } from './conditions.ts';
import { Parameters } from './parameters.ts';
import type { Read } from './read.ts';

interface Row extends Pick<NameStatistics, 'name' | 'source'> {
  /** In ms; null: of all together. */
  readonly start: number | null;
  readonly occurrences: number;
  readonly subjects: number;
  /** One list for each property: how many, total, average, and the percentiles. */
  readonly figures: readonly (readonly [string, string, string, string, string, string])[];
}

export async function statisticsIn(
  read: Read,
  query: EventQuery,
  { properties, starts, limit }: StatisticsAsked,
): Promise<NameStatistics[]> {
  const parameters = new Parameters();
  const values = properties.map((property) => contribution({ func: 'sum', property }, parameters));
  const rows = await read<Row>(
    `with valued as (
       select roundDown(toUnixTimestamp64Milli(timestamp), ${parameters.integers(starts)}) as start, name, source, subject
         ${values.map((value, i) => `, ${value} as v${i}`).join('')}
       from events final where ${conditionOf(query, parameters)}
     )
     select start, name, source, count() as occurrences, uniqExact(subject) as subjects,
       [${values.map((_, i) => figuresOf(`v${i}`)).join(', ')}] as figures
     from valued group by grouping sets ((start, name, source), (name, source)) limit ${parameters.integer(limit)} settings group_by_use_nulls = 1`,
    parameters,
  );
  const buckets = new Map(starts.map((start, i) => [start, i]));
  return rows.map(({ start, name, source, occurrences, subjects, figures }) => ({
    ...{ name, source, occurrences: Number(occurrences), subjects: Number(subjects) },
    bucket: start === null ? null : (buckets.get(Number(start)) ?? 0),
    figures: figures.map(figuresOfRow),
  }));
}

// A decimal becomes the nearest number by way of its text only.
const figuresOf = (column: string): string =>
  `[toString(count(${column})), toString(${aggregated('sum', column)}), toString(${aggregated('avg', column)}),
    ${[0.5, 0.95, 0.99].map((p) => `toString(quantileExactInclusive(${p})(toFloat64(toString(${column}))))`).join(', ')}]`;

function figuresOfRow([count, total, average, p50, p95, p99]: Row['figures'][number]): Figures | null {
  if (count === '0') return null;
  return { total, average, p50: Number(p50), p95: Number(p95), p99: Number(p99) };
}

export async function sumsBySubjectIn(
  read: Read,
  query: EventQuery,
  property: string,
  limit: number,
): Promise<SubjectSum[]> {
  const parameters = new Parameters();
  const rows = await read<SubjectSum>(
    `select subject, max(external_customer_id) as externalCustomerId, count() as count,
       toString(${aggregated('sum', 'value')}) as sum
     from (
       select subject, external_customer_id, ${contribution({ func: 'sum', property }, parameters)} as value
       from events final where ${conditionOf(query, parameters)}
     ) where value is not null group by subject limit ${parameters.integer(limit)}`,
    parameters,
  );
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}
