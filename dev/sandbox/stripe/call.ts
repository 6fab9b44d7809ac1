/** One request as its handler sees it, and the sandbox it acts on. */
import type { Faults } from './faults.ts';
import type { Form } from './form.ts';
import type { Store } from './store.ts';
import type { Webhooks } from './webhooks.ts';

export interface Sandbox {
  readonly store: Store;
  readonly webhooks: Webhooks;
  readonly faults: Faults;
  /** Where browsers reach the sandbox, without a slash at the end. */
  readonly url: string;
}

export interface Call {
  readonly sandbox: Sandbox;
  /** Publishable keys see and do only what their intent's client secret opens. */
  readonly access: 'secret' | 'publishable';
  readonly clientSecret: string | undefined;
  readonly path: Readonly<Record<string, string>>;
  readonly form: Form;
  readonly requestId: string | null;
  readonly idempotencyKey: string | null;
}

export interface Route {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  /** A browser may call it with a publishable key. */
  readonly browser?: true;
  /** Runs to its end without waiting; what it throws is undone, unless the failure says that its work stands. */
  handle(call: Call): object;
}

/** The id in the address. */
export function idIn(call: Call): string {
  return call.path.id ?? '';
}

/** Objects are kept with ids where a client may ask for the whole. */
export function idOf(reference: string | { readonly id: string } | null | undefined): string | null {
  if (reference === null || reference === undefined) return null;
  return typeof reference === 'string' ? reference : reference.id;
}

/** What the sandbox does by itself, at no one's request. */
export function unasked(sandbox: Sandbox): Call {
  const nobody = { clientSecret: undefined, path: {}, form: {}, requestId: null, idempotencyKey: null };
  return { sandbox, access: 'secret', ...nobody };
}
