/** The table of events in ClickHouse. */
import { expect, it } from '@jest/globals';
import { makeTables } from '../../usage/clickhouse/tables.ts';
import { describeOnClickHouse, freshClickHouse } from './clickhouse.ts';

describeOnClickHouse('the table of events', () => {
  it('is made once, by however many at once', async () => {
    await using clickhouse = await freshClickHouse();
    const { client } = clickhouse;
    await Promise.all([makeTables(client), makeTables(client)]);
    const answer = await client.query({ query: 'show tables', format: 'JSONEachRow' });
    expect(await answer.json()).toEqual([{ name: 'events' }, { name: 'schema_steps' }]);
  });

  it('says what is wrong by its code', async () => {
    await using clickhouse = await freshClickHouse();
    const refused = clickhouse.client.query({ query: 'select nothing_of_ours from events' });
    await expect(refused).rejects.toMatchObject({ code: '47', type: 'UNKNOWN_IDENTIFIER' });
  });
});
