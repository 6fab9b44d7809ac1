/** What a merchant pins to a thing. */
import { z } from 'zod';

const MOST_KEYS = 50;

export const Metadata = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .meta({ id: 'Metadata', description: 'What the merchant pinned to it.' });
export type Metadata = z.infer<typeof Metadata>;

export const MetadataInput = z
  .record(z.string().min(1).max(40), z.union([z.string().min(1).max(500), z.number(), z.boolean()]))
  .refine((metadata) => Object.keys(metadata).length <= MOST_KEYS, `At most ${MOST_KEYS} keys`)
  .meta({
    id: 'MetadataInput',
    description:
      'Up to 50 keys of at most 40 characters; values are text of 1 to 500 characters, numbers or booleans. Replaces all.',
  });
export type MetadataInput = z.infer<typeof MetadataInput>;
