/** The one way the pages talk to the API: a request, its parsed answer, or a failure with a kind one can switch on. */
import * as z from 'zod/mini';

// Zod would otherwise compile its parsers with `new Function`, which a Content-Security-Policy refuses.
z.config({ jitless: true });

export type ApiError =
  | { readonly kind: 'unreachable'; readonly detail: string }
  | { readonly kind: 'unauthorized'; readonly detail: string }
  | {
      readonly kind: 'declined';
      readonly detail: string;
      /** Of a payment that the customer's bank wants to be asked about first. */
      readonly clientSecret?: string | undefined;
    }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string; readonly detail: string }
  | { readonly kind: 'missing'; readonly detail: string }
  | { readonly kind: 'expired'; readonly detail: string }
  | { readonly kind: 'invalid'; readonly detail: string; readonly fields: readonly FieldError[] }
  | { readonly kind: 'broken'; readonly status: number; readonly detail: string };

/** One refused field; `path` as the API names it, without its leading "body". */
export interface FieldError {
  readonly path: string;
  readonly message: string;
  /** What kind of refusal it is, for programs. */
  readonly type: string;
}

/** What every call here throws; `error` says what kind of failure it was. */
export class ApiFailure extends Error {
  readonly error: ApiError;

  constructor(error: ApiError) {
    super(error.detail);
    this.name = 'ApiFailure';
    this.error = error;
  }
}

export interface Call<T> {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
  readonly answer: z.ZodMiniType<T>;
  readonly signal?: AbortSignal;
}

/** Sends one call and parses its answer. Throws `ApiFailure`, and nothing else but an abort. */
export async function call<T>({ method = 'GET', path, token, body, answer, signal }: Call<T>): Promise<T> {
  const headers = new Headers({ accept: 'application/json' });
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  if (body !== undefined) headers.set('content-type', 'application/json');

  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiFailure({ kind: 'unreachable', detail: 'The server could not be reached.' });
  }
  const content = response.status === 204 ? null : await readJson(response);
  if (!response.ok) throw new ApiFailure(errorOf(response.status, content));

  const parsed = answer.safeParse(content);
  if (!parsed.success) {
    console.error('Unexpected answer', path, parsed.error.issues);
    throw new ApiFailure({ kind: 'broken', status: response.status, detail: 'The server gave an unexpected answer.' });
  }
  return parsed.data;
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

const Refusal = z.object({ error: z.string(), detail: z.string(), client_secret: z.optional(z.string()) });
const Invalid = z.object({
  detail: z.array(z.object({ loc: z.array(z.union([z.string(), z.number()])), msg: z.string(), type: z.string() })),
});

const DECLINES = new Set(['PaymentError', 'PaymentFailed', 'PaymentMethodSetupFailed']);

function errorOf(status: number, content: unknown): ApiError {
  const invalid = Invalid.safeParse(content);
  if (invalid.success) {
    const fields = invalid.data.detail.map(({ loc, msg, type }) => ({
      path: loc.filter((part) => part !== 'body').join('.'),
      message: msg,
      type,
    }));
    return { kind: 'invalid', detail: 'Some fields were not accepted.', fields };
  }
  const refusal = Refusal.safeParse(content);
  const {
    error: code,
    detail,
    client_secret: clientSecret,
  }: z.infer<typeof Refusal> = refusal.success ? refusal.data : { error: '', detail: '' };
  if (DECLINES.has(code)) return { kind: 'declined', detail, clientSecret };
  if (status === 401) return { kind: 'unauthorized', detail: detail || 'The session is over.' };
  if (status === 404) return { kind: 'missing', detail: detail || 'Not found.' };
  if (status === 410) return { kind: 'expired', detail: detail || 'This is no longer available.' };
  if (refusal.success && status < 500) return { kind: 'refused', status, code, detail };
  return { kind: 'broken', status, detail: detail || 'Something went wrong on our side.' };
}

/** Whether asking again may help: the network, or a server in trouble. */
export function isPassing(failure: unknown): boolean {
  if (!(failure instanceof ApiFailure)) return false;
  return failure.error.kind === 'unreachable' || failure.error.kind === 'broken';
}
