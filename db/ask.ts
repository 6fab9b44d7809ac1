/** Lets what knows no entities ask the database, each statement by itself, outside of any transaction. */
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Ask } from '../usage/postgres/fragments.ts';

export const askOf =
  (orm: MikroORM): Ask =>
  <Row extends object>(text: string, values: readonly unknown[]) =>
    orm.em.getConnection().execute<Row[]>(text, [...values]);
