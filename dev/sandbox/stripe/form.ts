/** Form-encoded text with Stripe's bracket syntax (`a[b][0]=c`, `a[]=c`) read into nested values. */
import { invalid } from './failures.ts';

export type FormValue = string | FormValue[] | Form;
export interface Form {
  [key: string]: FormValue;
}

const DEEPEST = 12;

/** Values stay strings: what they mean is for each route's parameters to say. */
export function parseForm(text: string): Form {
  const root: Form = {};
  for (const [key, value] of new URLSearchParams(text)) place(root, segments(key), value);
  return Object.fromEntries(Object.entries(root).map(([key, value]) => [key, withLists(value)]));
}

function segments(key: string): string[] {
  const open = key.indexOf('[');
  if (open <= 0) return [key];
  const inner = [...key.slice(open).matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? '');
  return [key.slice(0, open), ...inner];
}

function place(root: Form, path: string[], value: string): void {
  if (path.length > DEEPEST || path.includes('__proto__')) throw invalid('Invalid parameter name', path[0]);
  let at = root;
  for (const [depth, segment] of path.entries()) {
    const name = segment === '' ? String(Object.keys(at).length) : segment;
    if (depth === path.length - 1) {
      at[name] = value;
      return;
    }
    const next = Object.hasOwn(at, name) ? at[name] : undefined;
    if (next !== undefined && typeof next === 'object' && !Array.isArray(next)) at = next;
    else at = at[name] = {};
  }
}

/** An object whose keys count from 0 was a list on the other side. */
function withLists(value: FormValue): FormValue {
  if (typeof value === 'string' || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, withLists(inner)] as const);
  const isList = entries.length > 0 && entries.every(([key], index) => key === String(index));
  return isList ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}
