/** Arrays in binary: Postgres reads what was written, whatever it is. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { instants, integers, jsons, texts, uuids } from '../../usage/binary-arrays.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';

let database: FreshDatabase;
let client: Client;

beforeAll(async () => {
  database = await freshDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database[Symbol.asyncDispose]();
});

const read = async (type: string, array: Buffer | null) => {
  const { rows } = await client.query(`select to_jsonb($1::${type}[]) as elements`, [array]);
  return rows[0].elements;
};

it('holds texts of any script, of any length', async () => {
  const values = ['', 'a', 'ä€😀', null, '{"},\\', 'NULL', 'x'.repeat(70_000)];
  expect(await read('text', texts(values))).toEqual(values);
});

it('holds UUIDs in capitals and in small letters', async () => {
  const values = [randomUUID(), null, randomUUID().toUpperCase(), '00000000-0000-0000-0000-000000000000'];
  expect(await read('uuid', uuids(values))).toEqual(values.map((value) => value?.toLowerCase() ?? null));
});

it('holds numbers', async () => {
  const values = [0, -1, 2_147_483_647, null];
  expect(await read('int', integers(values))).toEqual(values);
});

it('holds JSON as it is', async () => {
  const values = [{}, { a: [1, 'ü', null], b: { c: 0.1 } }, 'text', 7];
  expect(await read('jsonb', jsons(values.map((value) => JSON.stringify(value))))).toEqual(values);
});

it('holds instants to the millisecond, before and after 2000', async () => {
  const values = [
    0,
    1,
    946_684_799_999,
    946_684_800_000,
    946_684_800_001,
    Date.now(),
    Date.UTC(2200, 0, 1, 0, 0, 0, 7),
  ];
  const found: string[] = await read('timestamptz', instants(values));
  expect(found.map((text) => Date.parse(text))).toEqual(values);
});

it('is nothing where no element is anything, and empty where there are none', async () => {
  expect([uuids([null]), texts([null, null]), integers([])]).toEqual([null, null, null]);
});
