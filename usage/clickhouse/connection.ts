/** The way to ClickHouse, for those who keep their events there: one URL with user, password and database. */
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';

export type { ClickHouseClient };

const ANSWER_WITHIN_MS = 30_000;

/** Nothing is asked before the first query. Its owner closes it. */
export function connectClickHouse(url: string, answerWithinMs = ANSWER_WITHIN_MS): ClickHouseClient {
  return createClient({
    url,
    application: 'perennial',
    request_timeout: answerWithinMs,
    // Whoever asks is told by an error, and logs it in our own way.
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: ALWAYS,
  });
}

/** What would change an answer, or lose an event, where a server's own defaults or the profile of its user are other. */
const ALWAYS = {
  // An error is known by its status, whenever it came.
  wait_end_of_query: 1,
  // What has been put in is there to be read, and on the disk. By default small inserts are gathered first.
  async_insert: 0,
  wait_for_async_insert: 1,
  // All lines that are put in arrive, or it fails.
  input_format_allow_errors_num: '0',
  input_format_allow_errors_ratio: 0,
  // An answer is whole, or it fails: a limit that is reached doesn't cut it off.
  read_overflow_mode: 'throw',
  read_overflow_mode_leaf: 'throw',
  timeout_overflow_mode: 'throw',
  timeout_overflow_mode_leaf: 'throw',
  result_overflow_mode: 'throw',
  group_by_overflow_mode: 'throw',
  sort_overflow_mode: 'throw',
  set_overflow_mode: 'throw',
  distinct_overflow_mode: 'throw',
  join_overflow_mode: 'throw',
  limit: '0',
  offset: '0',
  // It is of now, and written and read as expected.
  use_query_cache: 0,
  date_time_output_format: 'simple',
  transform_null_in: 0,
} as const;
