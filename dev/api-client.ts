/** A small client for the tools beside the product: the demo, the benches and the tests of a whole system. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What `npm start` leaves in its home. */
export const DevJson = z.object({
  api: z.string(),
  token: z.string(),
  organization_id: z.string(),
  stripe_api: z.string(),
  operator_token: z.string(),
});
export type DevJson = z.infer<typeof DevJson>;

/** The running `npm start`, if there is one that answers. */
export async function runningStart(): Promise<DevJson | null> {
  const home = process.env['PERENNIAL_HOME'] ?? join(new URL('..', import.meta.url).pathname, '.perennial');
  try {
    const dev = DevJson.parse(JSON.parse(readFileSync(join(home, 'dev.json'), 'utf8')));
    const { ok } = await fetch(`${dev.api}/readyz/all`);
    return ok ? dev : null;
  } catch {
    return null;
  }
}

/** A refusal or failure of the API, with what it said. */
export class CallFailed extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape; those who ask know what they asked for
export type Call = (method: string, path: string, body?: unknown) => Promise<any>;

/** Calls with a token (null: none); throws `CallFailed` for what isn't 2xx. */
export function callerOf(api: string, token: string | null): Call {
  return async (method, path, body) => {
    const response = await fetch(api + path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok)
      throw new CallFailed(response.status, `${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
    return text === '' ? undefined : JSON.parse(text);
  };
}

/** What a browser's card form makes of a test card, by the processor's name for it. */
export async function cardToken(stripeApi: string, paymentMethod: string): Promise<string> {
  const response = await fetch(`${stripeApi}/v1/test_helpers/confirmation_tokens`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_demo', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ payment_method: paymentMethod }),
  });
  const { id } = (await response.json()) as { id?: string };
  if (id === undefined) throw new Error(`the sandbox made no token of ${paymentMethod}`);
  return id;
}

/** An organization of its own with a token that may do everything. */
export async function newMerchant(
  api: string,
  operatorToken: string,
  name: string,
): Promise<{ id: string; token: string; call: Call }> {
  const operator = callerOf(api, operatorToken);
  const slug = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${Date.now().toString(36)}`;
  const organization = await operator('POST', '/v1/organizations/', { name, slug, country: 'US' });
  const document = await callerOf(api, null)('GET', '/openapi.json');
  const { token } = await operator('POST', '/v1/organization-access-tokens/', {
    organization_id: organization.id,
    comment: name,
    scopes: document.components.schemas.Scope.enum,
  });
  return { id: organization.id, token, call: callerOf(api, token) };
}

/** Runs `work` over the items, `width` at a time; answers in their order. */
export async function atATime<T, R>(items: readonly T[], width: number, work: (item: T, index: number) => Promise<R>) {
  const answers = new Array<R>(items.length);
  const waiting = items.entries();
  const run = async () => {
    for (const [index, item] of waiting) answers[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: width }, run));
  return answers;
}
