/** What a merchant pins to a thing: up to 50 keys of at most 40 characters, with short flat values. */
import { z } from 'zod';

const MOST_KEYS = 50;

export const Metadata = z
  .record(z.string().min(1).max(40), z.union([z.string().min(1).max(500), z.int(), z.number(), z.boolean()]))
  .refine((metadata) => Object.keys(metadata).length <= MOST_KEYS, `At most ${MOST_KEYS} keys`)
  .describe('Up to 50 keys of at most 40 characters; values are text of at most 500 characters, numbers or booleans.');
export type Metadata = z.infer<typeof Metadata>;
