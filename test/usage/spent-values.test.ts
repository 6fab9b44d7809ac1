/** Unique values of closed periods go, those of running and coming ones stay, wherever the dropping stops. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { CustomerId, MeterId, OrganizationId } from '../../billing/ids.ts';
import { closeAccounts } from '../../usage/accounts.ts';
import { dropSpentValues } from '../../usage/spent-values.ts';
import { subjectOfCustomer } from '../../usage/subjects.ts';
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

it('drops what is closed, in parts, and nothing else', async () => {
  const account = {
    subjects: [subjectOfCustomer(randomUUID() as CustomerId)],
    meterId: randomUUID() as MeterId,
    func: 'unique' as const,
  };
  const [subject] = account.subjects;
  await client.query('set session_replication_role = replica');
  await client.query('insert into usage_accounts (subject, meter_id, organization_id) values ($1, $2, $3)', [
    ...[subject, account.meterId, randomUUID() as OrganizationId],
  ]);
  const seen = async (generation: number, many: number) => {
    await client.query(
      `insert into usage_values (subject, meter_id, generation, value)
       select $1, $2, $3, md5(n::text)::uuid from generate_series(1, $4::int) n`,
      [subject, account.meterId, generation, many],
    );
    await client.query('update usage_accounts set count = $1 where generation = $2', [many, generation]);
  };
  const close = () => database.orm.em.fork().transactional((em) => closeAccounts(em, [account]));
  const left = async () => {
    const { rows } = await client.query('select generation, count(*)::int from usage_values group by 1 order by 1');
    return rows;
  };
  await seen(0, 25_000);
  expect(await close()).toEqual(['25000']);
  await seen(1, 10_000);
  expect(await close()).toEqual(['10000']);
  // A period without use leaves nothing to be dropped.
  expect(await close()).toEqual(['0']);
  await seen(3, 7);
  await seen(4, 2);
  const parts: number[] = [];
  const torn = dropSpentValues(client, (dropped) => {
    parts.push(dropped);
    if (dropped === 20_000) throw new Error('Ended in the middle.');
  });
  await expect(torn).rejects.toThrow('Ended in the middle.');
  expect(parts).toEqual([10_000, 20_000]);
  expect(await dropSpentValues(client, () => {})).toBe(15_000);
  expect(await left()).toEqual([
    { generation: 3, count: 7 },
    { generation: 4, count: 2 },
  ]);
  expect(await dropSpentValues(client, () => {})).toBe(0);
});
