/** How often events came in under each name, and what numbers in their metadata come to, by stretches of time. */
import type { EventQuery, Figures, NameStatistics, StatisticsAsked } from '../event-store.ts';
import { contributionSql } from './aggregation-sql.ts';
import { conditionOf } from './conditions.ts';
import type { Ask } from './fragments.ts';

interface Row extends Pick<NameStatistics, 'name' | 'source' | 'occurrences' | 'subjects'> {
  /** From 1 on; null: of all together. */
  readonly bucket: number | null;
  /** One list for each property: total, average, and the percentiles. */
  readonly figures: readonly (readonly [string, string, number, number, number] | null)[];
}

export async function statisticsIn(
  ask: Ask,
  query: EventQuery,
  { properties, starts, limit }: StatisticsAsked,
): Promise<NameStatistics[]> {
  const values = properties.map((property) => contributionSql({ func: 'sum', property }));
  const condition = conditionOf(query);
  const rows = await ask<Row>(
    `with valued as (
       select width_bucket(e."timestamp", ?::timestamptz[]) as bucket, e.name, e.source, e.subject
         ${values.map(({ text }, i) => `, ${text} as v${i}`).join('')}
       from events e where ${condition.text}
     )
     select bucket, name, source, count(*)::float8 as occurrences, count(distinct subject)::float8 as subjects,
       json_build_array(${values.map((_, i) => figuresOf(`v${i}`)).join(', ')}) as figures
     from valued group by grouping sets ((bucket, name, source), (name, source)) limit ?`,
    [
      `{${starts.map((start) => new Date(start).toISOString()).join(',')}}`,
      ...values.flatMap((value) => value.values),
      ...condition.values,
      limit,
    ],
  );
  return rows.map((row) => ({
    ...row,
    bucket: row.bucket === null ? null : row.bucket - 1,
    figures: row.figures.map(figures),
  }));
}

const figuresOf = (column: string): string =>
  `case when count(${column}) > 0 then json_build_array(trim_scale(sum(${column}))::text, trim_scale(round(avg(${column}), 12))::text,
     ${[0.5, 0.95, 0.99].map((p) => `percentile_cont(${p}) within group (order by ${column}::float8)`).join(', ')}) end`;

const figures = (row: Row['figures'][number]): Figures | null => {
  if (row === null) return null;
  const [total, average, p50, p95, p99] = row;
  return { total, average, p50, p95, p99 };
};
