/** A copy of a sheet that lives on by itself, with all that hangs on it; what a scenario gives (`shared`) is the same in both. */
export function forked<T extends object>(original: T, shared: ReadonlySet<object>): T {
  const copies = new Map<object, object>();

  function copyOf(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || shared.has(value)) return value;
    const known = copies.get(value);
    if (known !== undefined) return known;
    const copy: object = value instanceof Map ? new Map() : Object.create(Object.getPrototypeOf(value));
    const made = Array.isArray(value) ? [] : copy;
    copies.set(value, made);
    if (value instanceof Map && made instanceof Map)
      for (const [key, each] of value) made.set(copyOf(key), copyOf(each));
    else for (const [key, each] of Object.entries(value)) Reflect.set(made, key, copyOf(each));
    return made;
  }

  return copyOf(original) as T;
}
