/** Asks ClickHouse, and takes each row of the answer as JSON. */
import type { ClickHouseClient } from './connection.ts';
import type { Parameters } from './parameters.ts';

export type Read = <Row extends object>(query: string, parameters: Parameters) => Promise<Row[]>;

/** Some filters of as many clauses as they may have, each of which asks for a long way down into the metadata. */
const ROOM_FOR_FILTERS = {
  max_query_size: '16000000',
  max_ast_elements: '1000000',
  max_expanded_ast_elements: '2000000',
} as const;

export const readOf =
  (clickhouse: ClickHouseClient): Read =>
  async <Row extends object>(query: string, parameters: Parameters) => {
    const answer = await clickhouse.query({
      query,
      query_params: parameters.values,
      format: 'JSONEachRow',
      clickhouse_settings: {
        // Rows are left out before it is looked which of them are there twice: these are the same in all that is asked.
        optimize_move_to_prewhere_if_final: 1,
        ...ROOM_FOR_FILTERS,
      },
      // Long lists of customers don't fit into a URL.
      use_multipart_params_auto: true,
    });
    return answer.json<Row>();
  };
