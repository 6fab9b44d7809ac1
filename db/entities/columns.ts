/** Columns that mean the same in every table. */
import { p } from '@mikro-orm/core';

/** An instant, to the millisecond, UTC. */
export const instant = () => p.datetime(3);

/** A currency, ISO 4217 in lower case as on the wire. */
export const currency = () => p.string().length(3);

/** An amount in minor units of the row's currency. */
export const amount = () => p.bigint('number');

/** When the row was made and last changed, on the clock of the process that did it. */
export const timestamps = () => ({
  createdAt: instant(),
  modifiedAt: instant().nullable(),
});

/** What a merchant pins to a thing: flat keys, short values. */
export type Metadata = Record<string, string | number | boolean>;
export const metadata = () => p.json<Metadata>().defaultRaw(`'{}'`);

/** A postal address; only the country is always known. */
export interface Address {
  readonly line1?: string | null;
  readonly line2?: string | null;
  readonly postal_code?: string | null;
  readonly city?: string | null;
  readonly state?: string | null;
  readonly country: string;
}
