/** Troubles that a test may order: slow answers, errors, charges whose answer never comes, dropped connections. */
import { z } from 'zod';
import type { Store } from './store.ts';

const KEY = 'faults';

const base = {
  match: z
    .strictObject({
      method: z.string().optional(),
      /** A prefix of the path, or a regular expression written between slashes. */
      path: z.string().refine(isMatcher, 'not a regular expression').optional(),
    })
    .default({}),
  /** How many requests it hits before it is spent; without it, all. */
  times: z.int().positive().optional(),
  probability: z.number().min(0).max(1).optional(),
};

export const NewFault = z.discriminatedUnion('kind', [
  z.strictObject({ ...base, kind: z.literal('delay'), ms: z.int().nonnegative() }),
  z.strictObject({
    ...base,
    kind: z.literal('error'),
    status: z.int().min(500).max(599).default(500),
    /** The error is what the idempotency key answers from now on. */
    saved: z.boolean().default(false),
    /** What was asked for is done all the same. */
    after: z.boolean().default(false),
  }),
  z.strictObject({ ...base, kind: z.literal('timeout_after'), ms: z.int().nonnegative().default(120_000) }),
  z.strictObject({ ...base, kind: z.literal('drop') }),
  /** Kept back on its way, and arrives when it is let go, whether or not anyone still waits for the answer. */
  z.strictObject({ ...base, kind: z.literal('hold') }),
  /** Done, but the answer, which the key repeats, says that it is still being worked on; who reads it later finds it done. */
  z.strictObject({ ...base, kind: z.literal('processing') }),
]);
export type Fault = z.output<typeof NewFault>;

export class Faults {
  readonly #store: Store;
  #ordered: Fault[];
  #held: (() => void)[] = [];

  constructor(store: Store) {
    this.#store = store;
    this.#ordered = z.array(NewFault).catch([]).parse(store.fact(KEY));
  }

  get ordered(): readonly Fault[] {
    return this.#ordered;
  }

  add(fault: Fault): void {
    this.#replace([...this.#ordered, fault]);
  }

  clear(): void {
    this.#replace([]);
  }

  /** The first that fits this request; it counts as one of its `times`. */
  pick(method: string, path: string): Fault | undefined {
    const fault = this.#ordered.find((one) => fits(one, method, path) && Math.random() < (one.probability ?? 1));
    if (fault?.times === undefined) return fault;
    const left = fault.times - 1;
    this.#replace(this.#ordered.flatMap((one) => (one !== fault ? one : left > 0 ? { ...one, times: left } : [])));
    return fault;
  }

  /** How many requests are on their way for longer than they should be. */
  get held(): number {
    return this.#held.length;
  }

  hold(): Promise<void> {
    return new Promise((arrives) => this.#held.push(arrives));
  }

  letGo(): void {
    for (const arrives of this.#held.splice(0)) arrives();
  }

  #replace(faults: Fault[]): void {
    this.#ordered = faults;
    this.#store.setFact(KEY, faults);
  }
}

function fits({ match }: Fault, method: string, path: string): boolean {
  if (match.method && match.method.toUpperCase() !== method) return false;
  if (!match.path) return true;
  const expression = asExpression(match.path);
  return expression ? expression.test(path) : path.startsWith(match.path);
}

function asExpression(path: string): RegExp | undefined {
  const inner = /^\/(?<source>.*)\/$/.exec(path)?.groups?.source ?? (/[\^$*+?()|\\[\]]/.test(path) ? path : undefined);
  return inner === undefined ? undefined : new RegExp(inner);
}

function isMatcher(path: string): boolean {
  try {
    asExpression(path);
    return true;
  } catch {
    return false;
  }
}
