/** The building blocks of each route's parameters, and the refusal of what does not fit in Stripe's words. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { invalid } from './failures.ts';
import type { Form, FormValue } from './form.ts';

export const text = z.string().min(1).max(5000);
/** An empty value unsets. */
export const clearable = z
  .string()
  .max(5000)
  .transform((value) => (value === '' ? null : value));
export const integer = z
  .string()
  .regex(/^-?\d{1,15}$/, 'parameter_invalid_integer')
  .transform(Number);
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
export const list = z.union([z.array(text), z.literal('').transform((): string[] => [])]);

/** Keys with an empty value are unset; an empty value instead of keys unsets all. */
export const metadata = z.preprocess(
  (value) => (Array.isArray(value) ? { ...value } : value),
  z.union([z.literal(''), z.record(z.string().max(40), z.string().max(500))]),
);
export type MetadataParam = z.infer<typeof metadata>;

export const address = z.strictObject({
  city: clearable.optional(),
  country: clearable.optional(),
  line1: clearable.optional(),
  line2: clearable.optional(),
  postal_code: clearable.optional(),
  state: clearable.optional(),
});
export const shipping = z.strictObject({ address, name: text, phone: clearable.optional() });

/** `created=5` or `created[gte]=5&created[lt]=9`, seconds. */
export const range = z.union([
  integer,
  z.strictObject({ gt: integer.optional(), gte: integer.optional(), lt: integer.optional(), lte: integer.optional() }),
]);

export const paging = {
  limit: integer.optional(),
  starting_after: text.optional(),
  ending_before: text.optional(),
};

/** Options that are taken and kept out of the way: their shape belongs to methods that no card needs. */
export const anything: z.ZodType<FormValue> = z.custom<FormValue>((value) => value !== undefined);

/** The parameters as the route means them, or a 400 that names the first wrong one. */
export function read<T extends z.ZodType>(schema: T, form: Form): z.output<T> {
  const result = schema.safeParse(form);
  if (result.success) return result.data;
  throw refusal(result.error.issues[0], form);
}

function refusal(issue: z.core.$ZodIssue | undefined, form: Form) {
  if (!issue) return invalid('Invalid parameters');
  if (issue.code === 'unrecognized_keys') {
    const param = named([...issue.path, issue.keys[0] ?? '']);
    return invalid(`Received unknown parameter: ${param}`, param, 'parameter_unknown');
  }
  const param = named(issue.path);
  const given = at(form, issue.path);
  if (given === undefined) return invalid(`Missing required param: ${param}.`, param, 'parameter_missing');
  if (given === '') return invalid(`You passed an empty string for '${param}'.`, param, 'parameter_invalid_empty');
  if (issue.message === 'parameter_invalid_integer') {
    return invalid(`Invalid integer: ${String(given).slice(0, 100)}`, param, 'parameter_invalid_integer');
  }
  return invalid(`Invalid ${param}: ${JSON.stringify(given).slice(0, 100)}`, param);
}

function named(path: readonly PropertyKey[]): string {
  return path.map((part, depth) => (depth === 0 ? String(part) : `[${String(part)}]`)).join('');
}

function at(form: Form, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.entries(value).find(([key]) => key === String(part))?.[1];
  }, form);
}

export function mergeMetadata(present: Record<string, string> | null, change: MetadataParam | undefined) {
  if (change === undefined) return { ...present };
  if (change === '') return {};
  const merged = { ...present, ...change };
  const kept = Object.entries(merged).filter(([, value]) => value !== '');
  if (kept.length > 50) throw invalid('You may only specify up to 50 metadata keys.', 'metadata');
  return Object.fromEntries(kept);
}

/** What was not given is null. */
export function wholeAddress(given: z.output<typeof address>): Stripe.Address {
  const { city = null, country = null, line1 = null, line2 = null, postal_code = null, state = null } = given;
  return { city, country, line1, line2, postal_code, state };
}
