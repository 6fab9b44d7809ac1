/** A migrated database of one's own, on the server that `npm test` starts. */
import { randomUUID } from 'node:crypto';
import type { MikroORM } from '@mikro-orm/postgresql';
import { openDatabase } from '../../db/orm.ts';

export interface FreshDatabase extends AsyncDisposable {
  readonly orm: MikroORM;
  readonly url: string;
}

/** Dropped when disposed of. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const server = process.env.DATABASE_URL;
  if (server === undefined) throw new Error('DATABASE_URL is not set: run these tests by `npm test`.');
  const name = `api_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  await administer(server, `create database ${name}`);
  const orm = await openDatabase({ url: url.href, poolSize: 10 });
  await orm.migrator.up();
  return {
    orm,
    url: url.href,
    async [Symbol.asyncDispose]() {
      await orm.close(true);
      await administer(server, `drop database ${name} with (force)`);
    },
  };
}

async function administer(server: string, statement: string): Promise<void> {
  const admin = await openDatabase({ url: server, poolSize: 1 });
  await admin.em.getConnection().execute(statement);
  await admin.close(true);
}
