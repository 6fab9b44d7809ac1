/**
 * What buyers fill into a merchant's own fields: which values fit, and how they are kept. Values come as people and
 * links write them: "5" is a number to a number field, "true" a tick to a checkbox.
 */

/** What a field takes. Bounds include themselves; those of dates are instants in seconds since 1970, of which the day counts. */
export type FieldRule =
  | { readonly type: 'text'; readonly minLength: number | null; readonly maxLength: number | null }
  | { readonly type: 'number'; readonly least: number | null; readonly most: number | null }
  | { readonly type: 'date'; readonly least: number | null; readonly most: number | null }
  | { readonly type: 'checkbox' }
  | { readonly type: 'select'; readonly values: readonly string[] };

export interface AskedField {
  /** The key under which its value is kept. */
  readonly slug: string;
  readonly required: boolean;
  readonly rule: FieldRule;
}

export type FieldValue = string | number | boolean | null;

export interface WrongField {
  readonly slug: string;
  readonly reason: string;
  readonly kind: 'missing' | 'wrong';
}

export interface Filled {
  /** What is kept: of the fields that are asked for, and nothing else. */
  readonly data: Readonly<Record<string, FieldValue>>;
  readonly wrong: readonly WrongField[];
}

/** `whole`: nothing more will come, so that what is required must be there. */
export function fillFields(
  fields: readonly AskedField[],
  given: Readonly<Record<string, unknown>>,
  { whole }: { readonly whole: boolean },
): Filled {
  const data: Record<string, FieldValue> = {};
  const wrong: WrongField[] = [];
  for (const { slug, required, rule } of fields) {
    const value = Object.hasOwn(given, slug) ? given[slug] : undefined;
    const read = isBlank(value) ? null : readValue(rule, value);
    if (read !== null && 'reason' in read) wrong.push({ slug, reason: read.reason, kind: 'wrong' });
    else if (whole && required && isMissing(rule, read)) wrong.push({ slug, reason: missing(rule), kind: 'missing' });
    else if (read !== null) data[slug] = read.value;
    else if (value !== undefined) data[slug] = null;
  }
  return { data, wrong };
}

type Read = { readonly value: string | number | boolean } | { readonly reason: string };

const isBlank = (value: unknown) =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

/** A checkbox that must be ticked is an agreement. */
const isMissing = (rule: FieldRule, read: { readonly value: unknown } | null) =>
  read === null || (rule.type === 'checkbox' && read.value !== true);

const missing = (rule: FieldRule) => (rule.type === 'checkbox' ? 'This must be ticked.' : 'This is needed.');

function readValue(rule: FieldRule, value: unknown): Read {
  switch (rule.type) {
    case 'text':
      return readText(rule, value);
    case 'number':
      return readNumber(rule, value);
    case 'date':
      return readDate(rule, value);
    case 'checkbox':
      if (typeof value === 'boolean') return { value };
      if (value === 'true' || value === 'false') return { value: value === 'true' };
      return { reason: 'This is either true or false.' };
    case 'select':
      return typeof value === 'string' && rule.values.includes(value)
        ? { value }
        : { reason: 'Choose one of the options.' };
  }
}

type RuleOf<Type extends FieldRule['type']> = Extract<FieldRule, { readonly type: Type }>;

function readText({ minLength, maxLength }: RuleOf<'text'>, value: unknown): Read {
  if (typeof value !== 'string') return { reason: 'Enter text.' };
  const { length } = [...value];
  if (minLength !== null && length < minLength) return { reason: `Enter at least ${characters(minLength)}.` };
  if (maxLength !== null && length > maxLength) return { reason: `Enter at most ${characters(maxLength)}.` };
  return { value };
}

const characters = (count: number) => (count === 1 ? '1 character' : `${count} characters`);

function readNumber({ least, most }: RuleOf<'number'>, value: unknown): Read {
  const number = typeof value === 'string' && /^\s*[+-]?\d{1,15}\s*$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) return { reason: 'Enter a whole number.' };
  if (least !== null && number < least) return { reason: `Enter ${least} or more.` };
  if (most !== null && number > most) return { reason: `Enter ${most} or less.` };
  return { value: number };
}

function readDate({ least, most }: RuleOf<'date'>, value: unknown): Read {
  const day = typeof value === 'string' ? dayOf(value) : null;
  if (day === null) return { reason: 'Enter a date, such as 2027-01-31.' };
  const [first, last] = [dayOfInstant(least), dayOfInstant(most)];
  if (first !== null && day < first) return { reason: `Enter ${first} or a later day.` };
  if (last !== null && day > last) return { reason: `Enter ${last} or an earlier day.` };
  return { value: day };
}

/** Days are compared as they are written: `YYYY-MM-DD`. Of an instant, the day in UTC. */
function dayOf(text: string): string | null {
  const found = /^(\d{4}-\d{2}-\d{2})(T[\d:.]{5,}(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text.trim());
  if (found === null) return null;
  const [, day = '', time, offset] = found;
  const at = new Date(time === undefined ? `${day}T00:00:00Z` : `${day}${time}${offset === undefined ? 'Z' : ''}`);
  if (Number.isNaN(at.getTime())) return null;
  // "2027-02-30" would be taken for the 2nd of March.
  if (new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10) !== day) return null;
  return at.toISOString().slice(0, 10);
}

const dayOfInstant = (seconds: number | null) =>
  seconds === null ? null : new Date(seconds * 1000).toISOString().slice(0, 10);
