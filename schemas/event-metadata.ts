/** What an event says: whatever the merchant puts into it, and two keys whose meaning is fixed. */
import { z } from 'zod';

/** Nested lists and objects count too. */
const MOST_KEYS = 50;
const LONGEST_KEY = 40;
const LONGEST_TEXT = 500;
const DEEPEST = 5;
/** What is multiplied with a price stays a number that can be counted with. */
const LARGEST_NUMBER = 1e15;
/** Of prompts and answers. */
const LONGEST_PROSE = 50_000;

const AMOUNT = /^[+-]?\d{0,5}(\.\d{0,12})?$/;

/** What an event has cost the merchant, in cents. */
const Cost = z.object({
  amount: z.union([z.number(), z.string().regex(AMOUNT, 'A decimal with up to 5 and 12 digits').regex(/\d/)]),
  currency: z.literal('usd'),
});

/** A call of a language model. */
const Llm = z.object({
  vendor: z.string().max(LONGEST_TEXT),
  model: z.string().max(LONGEST_TEXT),
  prompt: z.string().max(LONGEST_PROSE).nullable().optional(),
  response: z.string().max(LONGEST_PROSE).nullable().optional(),
  input_tokens: z.int().min(0),
  cached_input_tokens: z.int().min(0).optional(),
  output_tokens: z.int().min(0),
  total_tokens: z.int().min(0),
});

const Structured = z.object({ _cost: Cost.optional(), _llm: Llm.optional() });

export type EventMetadata = Readonly<Record<string, unknown>>;

/** Looked through by hand: a thousand events a request have it, and all of them are answered at once. */
export const EventMetadataInput = z
  .custom<EventMetadata>((given) => typeof given === 'object' && given !== null && !Array.isArray(given), 'An object')
  .check(({ value, issues }) => {
    const wrong = mistakeIn(value);
    if (wrong !== null) issues.push({ code: 'custom', input: value, message: wrong.reason, path: [...wrong.path] });
    if (!('_cost' in value) && !('_llm' in value)) return;
    for (const issue of Structured.safeParse(value).error?.issues ?? []) {
      issues.push({ code: 'custom', input: value, message: issue.message, path: issue.path });
    }
  })
  .meta({
    id: 'EventMetadataInput',
    type: 'object',
    additionalProperties: true,
    description:
      'Up to 50 keys of at most 40 characters, nested up to 5 levels; text of at most 500 characters, numbers, booleans. ' +
      '`_cost` is what it cost you, `_llm` the call of a language model that it tells of.',
  });

/** Without the two keys, and nothing wrong about it. */
export const isPlainMetadata = (metadata: EventMetadata): boolean =>
  !('_cost' in metadata) && !('_llm' in metadata) && mistakeIn(metadata) === null;

/** As it is kept: what an event has cost is a number, so that meters can sum it, however it was sent. */
export function keptMetadata(metadata: EventMetadata): EventMetadata {
  if (!('_cost' in metadata)) return metadata;
  const cost = Structured.shape._cost.safeParse(metadata['_cost']).data;
  return typeof cost?.amount === 'string' ? { ...metadata, _cost: { ...cost, amount: Number(cost.amount) } } : metadata;
}

interface Mistake {
  readonly path: readonly (string | number)[];
  readonly reason: string;
}

/** Of which the shape says what fits. */
function withoutProse(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'prompt' && key !== 'response'));
}

function mistakeIn(metadata: EventMetadata): Mistake | null {
  const keys = { left: MOST_KEYS };
  for (const key of Object.keys(metadata)) {
    keys.left -= 1;
    if (keys.left < 0) return TOO_MANY_KEYS;
    if (key.length === 0 || key.length > LONGEST_KEY) {
      return { path: [], reason: `Keys have 1 to ${LONGEST_KEY} characters` };
    }
    const value = metadata[key];
    const wrong = mistakeInValue(key === '_llm' ? withoutProse(value) : value, 1, keys);
    if (wrong !== null) return under(key, wrong);
  }
  return null;
}

const TOO_MANY_KEYS: Mistake = { path: [], reason: `At most ${MOST_KEYS} keys` };

/** Where it is is put together on the way back, since most often nothing is wrong. That there are too many is everywhere. */
const under = (key: string | number, wrong: Mistake): Mistake =>
  wrong === TOO_MANY_KEYS ? wrong : { ...wrong, path: [key, ...wrong.path] };

function mistakeInValue(value: unknown, depth: number, keys: { left: number }): Mistake | null {
  switch (typeof value) {
    case 'boolean':
      return null;
    case 'number':
      return Math.abs(value) <= LARGEST_NUMBER ? null : { path: [], reason: 'Numbers have at most 15 digits' };
    case 'string':
      return value.length > LONGEST_TEXT ? { path: [], reason: `At most ${LONGEST_TEXT} characters` } : null;
    case 'object':
      return value === null ? { path: [], reason: 'Leave out what has no value' } : mistakeWithin(value, depth, keys);
    default:
      return { path: [], reason: 'Text, a number or a boolean' };
  }
}

function mistakeWithin(value: object, depth: number, keys: { left: number }): Mistake | null {
  if (depth >= DEEPEST) return { path: [], reason: `Nested more than ${DEEPEST} levels deep` };
  for (const [key, inner] of Object.entries(value)) {
    keys.left -= 1;
    if (keys.left < 0) return TOO_MANY_KEYS;
    if (key.length > LONGEST_KEY) return { path: [], reason: `Keys have at most ${LONGEST_KEY} characters` };
    const wrong = mistakeInValue(inner, depth + 1, keys);
    if (wrong !== null) return under(Array.isArray(value) ? Number(key) : key, wrong);
  }
  return null;
}
