/** Query parameters: strings on the wire, values of a type behind it. */
import { z } from 'zod';
import { InstantInput } from './primitives.ts';

/** A whole number in decimal digits. */
export function queryInteger(least: number, most: number) {
  return z.preprocess(
    (value) => (typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value),
    z.int().min(least).max(most),
  );
}

/** `true` or `false`, as the peer's clients write them; `1` and `0` too. */
export const queryBoolean = z.preprocess((value) => {
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  return value;
}, z.boolean());

/** An instant, as in bodies, or a day, which stands for its beginning in UTC; parses to a `Date`. */
export const queryInstant = z.union([InstantInput, z.iso.date().transform((day) => new Date(day))]);

/** A time zone by its IANA name. */
export const queryTimeZone = z.string().refine(isTimeZone, 'Not an IANA time zone').default('UTC');

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** A filter by one or several values: `id=a` and `id=a&id=b` both parse to a list; absent stays `undefined`. */
export function oneOrMany<Value extends z.ZodType>(value: Value) {
  return z
    .preprocess((given) => (given === undefined || Array.isArray(given) ? given : [given]), z.array(value).max(100))
    .optional();
}

/** Filters by metadata: `metadata[key]=value`, repeated for several keys or several values of a key. */
export const metadataFilter = z
  .preprocess(
    // zod leaves this one key out, and with it the filter.
    (given) => (typeof given === 'object' && given !== null && Object.hasOwn(given, '__proto__') ? null : given),
    z
      .record(
        z.string().max(40),
        z.preprocess((given) => (Array.isArray(given) ? given : [given]), z.array(z.string().max(500)).max(50)),
      )
      .optional(),
  )
  .optional()
  .describe('Keeps what carries these metadata, as `metadata[key]=value`.');
export type MetadataFilter = Record<string, string[]>;
