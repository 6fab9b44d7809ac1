/** Turns what came over the wire into typed values, or into a 422 that names each wrong value. */
import type { z } from 'zod';
import { type Invalid, unprocessable } from './errors.ts';

export type Part = 'path' | 'query' | 'body';

const DEEPEST = 64;

/** Parses one part of a request. Throws a 422. */
export function parsePart<Schema extends z.ZodType>(part: Part, schema: Schema, given: unknown): z.output<Schema> {
  const parsed = schema.safeParse(given, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw unprocessable(...parsed.error.issues.flatMap((issue) => describe(issue, [part])));
}

/** Refuses text that no database column can hold: NUL characters and halves of surrogate pairs. Throws a 422. */
export function refuseUnstorableText(part: Part, given: unknown): void {
  const open: { readonly value: unknown; readonly loc: readonly (string | number)[] }[] = [
    { value: given, loc: [part] },
  ];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, loc } = next;
    if (typeof value === 'string') {
      if (!isStorable(value)) throw unprocessable(unstorable(loc));
    } else if (typeof value === 'object' && value !== null) {
      if (loc.length > DEEPEST) {
        throw unprocessable({ loc: [part], msg: `Nested more than ${DEEPEST} levels deep`, type: 'recursion_loop' });
      }
      const isList = Array.isArray(value);
      for (const [key, inner] of Object.entries(value)) {
        if (!isStorable(key)) throw unprocessable(unstorable(loc));
        open.push({ value: inner, loc: [...loc, isList ? Number(key) : key] });
      }
    }
  }
}

const isStorable = (text: string) => text.isWellFormed() && !text.includes('\u0000');
const unstorable = (loc: readonly (string | number)[]): Invalid => ({
  loc,
  msg: 'Text must not contain NUL characters or unpaired surrogates',
  type: 'string_unicode',
});

type Issue = z.core.$ZodIssue;

function describe(issue: Issue, loc: readonly (string | number)[]): Invalid[] {
  const here = [...loc, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  const best = issue.code === 'invalid_union' ? nearestBranch(issue.errors) : undefined;
  if (best) return best.flatMap((inner) => describe(inner, here));
  const isMissing = 'input' in issue && issue.input === undefined;
  return isMissing && MAY_BE_MISSING.has(issue.code)
    ? [{ loc: here, msg: 'Field required', type: 'missing' }]
    : [{ loc: here, msg: issue.message, type: typeOf(issue) }];
}

const MAY_BE_MISSING: ReadonlySet<Issue['code']> = new Set(['invalid_type', 'invalid_value', 'invalid_union']);

/** The alternative that the value came closest to: failing deepest inside it, then with the fewest errors. */
function nearestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const depth = (issues: readonly Issue[]) => Math.max(0, ...issues.map((issue) => issue.path.length));
  return [...branches]
    .filter((issues) => issues.length > 0)
    .sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
}

/** The peer's names for kinds of mistakes. */
function typeOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `${TYPE_NAMES[issue.expected] ?? issue.expected}_type`;
    case 'invalid_value':
      return issue.values.length === 1 ? 'literal_error' : 'enum';
    case 'invalid_union':
      return 'union_tag_invalid';
    case 'unrecognized_keys':
      return 'extra_forbidden';
    case 'not_multiple_of':
      return 'multiple_of';
    case 'invalid_format':
      return FORMAT_NAMES[issue.format] ?? 'value_error';
    case 'too_small':
      if (issue.origin === 'string') return 'string_too_short';
      if (issue.origin === 'number' || issue.origin === 'int')
        return issue.inclusive ? 'greater_than_equal' : 'greater_than';
      return 'too_short';
    case 'too_big':
      if (issue.origin === 'string') return 'string_too_long';
      if (issue.origin === 'number' || issue.origin === 'int') return issue.inclusive ? 'less_than_equal' : 'less_than';
      return 'too_long';
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return 'value_error';
    default:
      return issue satisfies never;
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  boolean: 'bool',
  number: 'float',
  array: 'list',
  object: 'model',
  record: 'dict',
};

const FORMAT_NAMES: Readonly<Record<string, string>> = {
  uuid: 'uuid_parsing',
  guid: 'uuid_parsing',
  url: 'url_parsing',
  datetime: 'datetime_parsing',
  regex: 'string_pattern_mismatch',
};
