/** Asks ClickHouse, and takes each row of the answer as JSON. */
import type { ClickHouseClient } from './connection.ts';
import type { Parameters } from './parameters.ts';

export type Read = <Row extends object>(query: string, parameters: Parameters) => Promise<Row[]>;

export const readOf =
  (clickhouse: ClickHouseClient): Read =>
  async <Row extends object>(query: string, parameters: Parameters) => {
    const answer = await clickhouse.query({
      query,
      query_params: parameters.values,
      format: 'JSONEachRow',
      // Rows are left out before it is looked which of them are there twice: these are the same in all that is asked.
      clickhouse_settings: { optimize_move_to_prewhere_if_final: 1 },
      // Long lists of customers don't fit into a URL.
      use_multipart_params_auto: true,
    });
    return answer.json<Row>();
  };
