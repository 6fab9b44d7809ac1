/** Gives activities their dependencies once, so that a workflow calls them with its own arguments alone. */
import type { Dependencies } from './dependencies.ts';

type Activity = (deps: Dependencies, ...args: never[]) => Promise<unknown>;

export type Bound<A extends Record<string, Activity>> = {
  [K in keyof A]: A[K] extends (deps: Dependencies, ...args: infer P) => infer R ? (...args: P) => R : never;
};

export function bound<A extends Record<string, Activity>>(deps: Dependencies, activities: A): Bound<A> {
  const entries = Object.entries(activities).map(([name, activity]) => [
    name,
    (...args: never[]) => activity(deps, ...args),
  ]);
  return Object.fromEntries(entries) as Bound<A>;
}
