/**
 * `node db/migrate.ts`: brings the database at DATABASE_URL to the newest schema, with a place for this month's events and
 * those of the next ones; does nothing where all of it is there.
 */
import { Client } from 'pg';
import { makePartitions } from '../usage/event-partitions.ts';
import { openDatabase } from './orm.ts';

const url = process.env['DATABASE_URL'];
if (url === undefined || url === '') throw new Error('DATABASE_URL is not set: it names the database to migrate.');

const orm = await openDatabase({ url, poolSize: 2 });
try {
  const done = await orm.migrator.up();
  process.stdout.write(done.length === 0 ? 'The schema is up to date.\n' : `Applied ${done.length} migrations.\n`);
  const client = new Client({ connectionString: url });
  await client.connect();
  await makePartitions(client, Date.now()).finally(() => client.end());
} finally {
  await orm.close();
}
