/** Query strings: repeated names become lists, `name[key]=value` becomes an object of lists. */

export type Query = Record<string, QueryValue>;
export type QueryValue = string | string[] | Record<string, string[]>;

const NESTED = /^([^[\]]+)\[([^[\]]*)\]$/;

/** Never throws; objects have no prototype, so that no name is special. `name[]=a` is a list too. */
export function parseQuery(text: string): Query {
  const query: Query = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    const nested = NESTED.exec(name);
    if (nested?.[2]) addNested(query, nested[1]!, nested[2], value);
    else addPlain(query, nested?.[1] ?? name, value);
  }
  return query;
}

function addNested(query: Query, name: string, key: string, value: string): void {
  const known = query[name];
  const inner: Record<string, string[]> =
    typeof known === 'object' && !Array.isArray(known) ? known : Object.create(null);
  inner[key] = [...(inner[key] ?? []), value];
  query[name] = inner;
}

function addPlain(query: Query, name: string, value: string): void {
  const known = query[name];
  if (typeof known === 'string') query[name] = [known, value];
  else if (Array.isArray(known)) known.push(value);
  else if (known === undefined) query[name] = value;
}
