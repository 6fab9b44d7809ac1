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
    // So that an error is known by its status, whenever it came.
    clickhouse_settings: { wait_end_of_query: 1 },
  });
}
