/** How each request to the API goes: faults, key, parameters, idempotency, the work in one transaction, the answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Request, Response } from 'express';
import Stripe from 'stripe';
import type { Call, Route, Sandbox } from './call.ts';
import { expand } from './expand.ts';
import { invalid, StripeFailure, unauthorized } from './failures.ts';
import type { Fault } from './faults.ts';
import type { Form } from './form.ts';
import { parseForm } from './form.ts';
import type { Answer, IdempotencyKeys } from './idempotency.ts';
import { newId } from './ids.ts';
import { publicView } from './public-view.ts';

export async function answer(
  sandbox: Sandbox,
  keys: IdempotencyKeys,
  route: Route,
  request: Request,
  response: Response,
) {
  const requestId = newId('req');
  response.set({ 'Request-Id': requestId, 'Stripe-Version': request.get('stripe-version') ?? Stripe.API_VERSION });
  const fault = sandbox.faults.pick(request.method, request.path);
  if (fault?.kind === 'drop') return void request.socket.destroy();
  if (fault?.kind === 'hold') await sandbox.faults.hold();
  try {
    const call = understand(sandbox, route, request, requestId);
    const result = await once(keys, route, request, call, fault);
    if (fault?.kind === 'timeout_after') return void (await hangUp(request, fault.ms));
    if (result.requestId !== requestId) {
      response.set('Idempotent-Replayed', 'true').set('Original-Request', result.requestId);
    }
    response.status(result.status).type('json').send(result.body);
  } catch (error) {
    const refused = failed(error, requestId);
    response.status(refused.status).type('json').send(refused.body);
  }
}

function understand(sandbox: Sandbox, route: Route, request: Request, requestId: string): Call {
  const query = request.originalUrl.split('?', 2)[1] ?? '';
  const body = typeof request.body === 'string' ? request.body : '';
  const idempotencyKey = request.get('idempotency-key') ?? null;
  if (idempotencyKey !== null && idempotencyKey.length > 255) {
    throw invalid('Idempotency keys may be at most 255 characters long.');
  }
  const { key, client_secret, ...form } = parseForm([query, body].filter((part) => part !== '').join('&'));
  const access = authenticate(request.get('authorization'), typeof key === 'string' ? key : undefined, route);
  const path = Object.fromEntries(Object.entries(request.params).map(([name, value]) => [name, String(value)]));
  const clientSecret = typeof client_secret === 'string' ? client_secret : undefined;
  return {
    sandbox,
    access,
    clientSecret,
    path,
    form,
    requestId,
    idempotencyKey,
  };
}

/** Stripe.js sends its key among the parameters; servers send theirs as a bearer's, or as the name in basic auth. */
function authenticate(header: string | undefined, inForm: string | undefined, route: Route): Call['access'] {
  const [scheme = '', credentials = ''] = header?.split(' ') ?? [];
  const basic = () => Buffer.from(credentials, 'base64').toString().split(':')[0] ?? '';
  const key = (scheme.toLowerCase() === 'basic' ? basic() : credentials) || inForm;
  if (!key) {
    throw unauthorized(
      'You did not provide an API key. Provide it in the Authorization header: Bearer YOUR_SECRET_KEY.',
    );
  }
  if (/^(sk|rk)_test_\w+$/.test(key)) return 'secret';
  if (/^pk_test_\w+$/.test(key)) {
    if (route.browser) return 'publishable';
    throw unauthorized('This API call cannot be made with a publishable API key. Please use a secret API key.');
  }
  throw unauthorized(`Invalid API Key provided: ${key.slice(0, 8)}****`);
}

/** The answer, found or made. Only writes with an idempotency key are remembered. */
async function once(
  keys: IdempotencyKeys,
  route: Route,
  request: Request,
  call: Call,
  fault: Fault | undefined,
): Promise<Answer> {
  const key = route.method === 'post' ? call.idempotencyKey : null;
  const asked = `${request.method} ${request.path} ${JSON.stringify(sorted(call.form))}`;
  const replay = key === null ? undefined : keys.claim(key, asked);
  try {
    if (fault?.kind === 'delay') await sleep(fault.ms);
    const save = (made: Answer) => {
      if (key !== null && !replay) keys.save(key, asked, made);
    };
    if (fault?.kind === 'error') {
      if (fault.after) perform(route, call, () => {});
      const made = failed(new StripeFailure(fault.status, OUTAGE), call.requestId ?? '');
      if (fault.saved) save(made);
      return made;
    }
    return replay ?? perform(route, call, save, fault?.kind === 'processing' ? beingProcessed : undefined);
  } finally {
    if (key !== null && !replay) keys.release(key);
  }
}

const UNKNOWN = { type: 'api_error', message: 'An unknown error occurred.' } as const;
const OUTAGE = { type: 'api_error', message: 'An unknown error occurred (ordered by a test).' } as const;

const beingProcessed = (body: object): object => ({ ...body, status: 'processing', latest_charge: null });

function perform(
  route: Route,
  call: Call,
  save: (made: Answer) => void,
  told = (body: object): object => body,
): Answer {
  const { store, webhooks } = call.sandbox;
  const requestId = call.requestId ?? '';
  const shown = call.access === 'publishable' ? publicView : (body: object) => body;
  const work = (): Answer => {
    try {
      const body = shown(told(expand(route.handle(withoutExpand(call)), call.form, store)));
      return { status: 200, body: JSON.stringify(body), requestId };
    } catch (error) {
      if (error instanceof StripeFailure && error.consequences.keepsWork) return failed(error, requestId, shown);
      throw error;
    }
  };
  if (route.method === 'get') return work();
  try {
    return store.transaction(() => {
      const made = work();
      save(made);
      return made;
    });
  } catch (error) {
    const made = failed(error, requestId, shown);
    if (!(error instanceof StripeFailure) || error.consequences.saved) save(made);
    return made;
  } finally {
    webhooks.wake();
  }
}

function withoutExpand(call: Call): Call {
  const { expand: _, ...form } = call.form;
  return { ...call, form };
}

function failed(error: unknown, requestId: string, shown = (body: object) => body): Answer {
  if (!(error instanceof StripeFailure)) console.error(error);
  const failure = error instanceof StripeFailure ? error : new StripeFailure(500, UNKNOWN);
  return { status: failure.status, body: JSON.stringify({ error: shown(failure.body) }), requestId };
}

async function hangUp(request: Request, ms: number): Promise<void> {
  await Promise.race([
    sleep(ms, undefined, { ref: false }),
    new Promise((closed) => request.socket.once('close', closed)),
  ]);
  request.socket.destroy();
}

/** The order of parameters makes no other request. */
function sorted(form: Form): Form {
  return Object.fromEntries(Object.entries(form).sort(([a], [b]) => (a < b ? -1 : 1)));
}
