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

/** For a customer made by a checkout: the peer's clients read whole numbers only there. */
export const CustomerMetadata = z.record(z.string(), z.union([z.string(), z.int(), z.boolean()]));
export type CustomerMetadata = z.infer<typeof CustomerMetadata>;

export const CustomerMetadataInput = MetadataInput.refine(
  (metadata) => Object.values(metadata).every((value) => typeof value !== 'number' || Number.isSafeInteger(value)),
  'Numbers must be whole here',
);
export type CustomerMetadataInput = z.infer<typeof CustomerMetadataInput>;
