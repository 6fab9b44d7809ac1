/** What people search by: text, whatever its case, and metadata. */
import { type ObjectQuery, raw } from '@mikro-orm/core';
import type { MetadataFilter } from '../schemas/query.ts';

/** Matches where the text contains it, whatever the case; `%` and `_` are ordinary characters. */
export const containing = (text: string): { $ilike: string } => ({ $ilike: `%${escaped(text)}%` });

/** Matches the same text in whatever case. */
export const inAnyCase = (text: string): { $ilike: string } => ({ $ilike: escaped(text) });

const escaped = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&');

/**
 * Matches rows that carry, under each key, one of the key's values. Keys are free text, so they are parameters: as keys
 * of a filter object the ORM would write them into the SQL itself.
 */
export const carrying = <Row extends object>(filter: MetadataFilter | undefined): ObjectQuery<Row>[] =>
  Object.entries(filter ?? {}).map(([key, values]) => {
    const places = values.map(() => '?').join(', ');
    const matches = raw<string>((alias) => `${alias}.metadata ->> ? in (${places})`, [key, ...values]);
    return { [matches]: [] } as ObjectQuery<Row>;
  });
