/** Small shapes that mean the same everywhere. */
import { z } from 'zod';

/** The largest amount that is taken: 999,999.99 of a currency with cents. */
const MOST = 99_999_999;
/** What fits into a 32-bit column. */
const INT4 = 2_147_483_647;

export const Id = z.uuid();

/** An instant on output: ISO 8601, UTC. */
export const Instant = z.iso.datetime();

/** An instant on input: ISO 8601 with an offset, in years that every part of the system can hold. Parses to a `Date`. */
export const InstantInput = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine((date) => date.getUTCFullYear() >= 1970 && date.getUTCFullYear() <= 9000, 'Out of range');

/** An amount in minor units, as it is sent to us. */
export const minorUnits = z.int().min(0).max(MOST);

/** A count, as it is sent to us. */
export const count = (least = 0) => z.int().min(least).max(INT4);
