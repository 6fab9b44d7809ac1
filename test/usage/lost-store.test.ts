/** Who isn't told of the ClickHouse that events are in doesn't start. */
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { refuseLostStore } from '../../usage/event-store-state.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';

const root = new URL('../../', import.meta.url).pathname;
const CLICKHOUSE_URL = 'http://127.0.0.1:8123/perennial';
let database: FreshDatabase;

beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

const stands = (state: string) => database.orm.em.fork().execute('update event_store set state = ?', [state]);

it.each([
  ['postgres', undefined, null],
  ['postgres', CLICKHOUSE_URL, null],
  ['moving', CLICKHOUSE_URL, null],
  ['clickhouse', CLICKHOUSE_URL, null],
  ['returning', CLICKHOUSE_URL, null],
  ['moving', undefined, 'are being moved to ClickHouse: set CLICKHOUSE_URL'],
  ['clickhouse', undefined, 'are in ClickHouse: set CLICKHOUSE_URL'],
  ['returning', undefined, 'are still being brought back from ClickHouse: set CLICKHOUSE_URL'],
])('in the state %s with the URL %s: %s', async (state, url, refusal) => {
  await stands(state);
  const asked = refuseLostStore(database.url, url);
  if (refusal === null) await asked;
  else await expect(asked).rejects.toThrow(refusal);
});

it('is not decided where the database can’t be asked yet', async () => {
  await refuseLostStore('postgresql://nobody@127.0.0.1:1/nothing', undefined);
});

it.each(['api/main.ts', 'worker/main.ts'])('%s ends at once, saying what to set', async (program) => {
  await stands('clickhouse');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    cwd: root,
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      CLICKHOUSE_URL: '',
      STRIPE_SECRET_KEY: 'sk_test_example',
      STRIPE_PUBLISHABLE_KEY: 'pk_test_example',
      STRIPE_WEBHOOK_SECRET: 'whsec_example',
      PORT: '0',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const code = await new Promise((ended) => child.once('close', ended));
  expect(code).toBe(1);
  expect(said).toContain('The events of this database are in ClickHouse: set CLICKHOUSE_URL');
  expect(said).toContain('EVENT_STORE=postgres');
});
