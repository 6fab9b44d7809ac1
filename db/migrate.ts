/** `node db/migrate.ts`: brings the database at DATABASE_URL to the newest schema; does nothing where it is there. */
import { openDatabase } from './orm.ts';

const url = process.env['DATABASE_URL'];
if (url === undefined || url === '') throw new Error('DATABASE_URL is not set: it names the database to migrate.');

const orm = await openDatabase({ url, poolSize: 2 });
try {
  const done = await orm.migrator.up();
  process.stdout.write(done.length === 0 ? 'The schema is up to date.\n' : `Applied ${done.length} migrations.\n`);
} finally {
  await orm.close();
}
