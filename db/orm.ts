/** The connection to Postgres. One ORM a process; each request and each activity works on a fork of its entity manager. */
import { Migrator } from '@mikro-orm/migrations';
import { type EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { giveBackBroken } from './broken-connections.ts';
import * as entities from './entities/index.ts';

export type { EntityManager };

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize?: number;
}

/** Opens the database. Nothing is read or written before the first query. */
export async function openDatabase({ url, poolSize = 20 }: DatabaseOptions): Promise<MikroORM> {
  return MikroORM.init({
    clientUrl: url,
    entities: Object.values(entities).filter((value) => typeof value === 'object' && 'meta' in value),
    extensions: [Migrator],
    migrations: { path: new URL('./migrations', import.meta.url).pathname, snapshot: false, emit: 'ts', silent: true },
    pool: { min: 0, max: poolSize },
    forceUtcTimezone: true,
    driverOptions: { onPoolCreated: giveBackBroken },
  });
}
