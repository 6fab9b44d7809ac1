/** What a server does by default, or its user's profile says, changes nothing about what is put in and read. */
import { expect, it } from '@jest/globals';
import { EVENT_LINE, type EventLine, insertLines } from '../../usage/clickhouse/lines.ts';
import { bothStores } from './both-stores.ts';
import { describeOnClickHouse } from './clickhouse.ts';

describeOnClickHouse('a ClickHouse with a mind of its own', () => {
  it('takes in again what was put in before, where it leaves out what comes twice', async () => {
    await using stores = await bothStores();
    const { client, clickhouse } = stores;
    await clickhouse.client.command({
      query: 'alter table events modify setting non_replicated_deduplication_window = 100',
    });
    await stores.write(3);
    const { rows } = await client.query<EventLine>(`select ${EVENT_LINE} from events`);
    await insertLines(clickhouse.client, rows, 10_000);
    await clickhouse.client.command({ query: 'alter table events delete where true settings mutations_sync = 2' });
    await insertLines(clickhouse.client, rows, 10_000);
    expect(await stores.inClickHouse('final')).toHaveLength(3);
  });

  it('is told what matters with each question', async () => {
    await using stores = await bothStores();
    const answer = await stores.clickhouse.client.query({
      query: `select name, value from system.settings where name in ('async_insert', 'wait_for_async_insert',
        'timeout_overflow_mode', 'use_query_cache') order by name`,
      format: 'JSONEachRow',
    });
    expect(await answer.json()).toEqual([
      { name: 'async_insert', value: '0' },
      { name: 'timeout_overflow_mode', value: 'throw' },
      { name: 'use_query_cache', value: '0' },
      { name: 'wait_for_async_insert', value: '1' },
    ]);
  });
});
