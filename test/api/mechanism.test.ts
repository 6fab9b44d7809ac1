/** What holds for every route, shown on routes of its own: over real HTTP, with a database that nobody can reach. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { MikroORM } from '@mikro-orm/postgresql';
import { Client, Connection } from '@temporalio/client';
import Stripe from 'stripe';
import { createApp } from '../../api/app.ts';
import { stripeWebhookRoutes } from '../../api/routes/stripe-webhook.ts';
import { workflowGateway } from '../../api/workflows.ts';
import { readEnvironment } from '../../config/environment.ts';
import { createLogger } from '../../config/logging.ts';
import { askOf } from '../../db/ask.ts';
import { openDatabase } from '../../db/orm.ts';
import { tableOfTaxes } from '../../tax/table.ts';
import { EventWriter } from '../../usage/event-writer.ts';
import { PostgresEvents } from '../../usage/postgres/events.ts';
import { ID, routes } from './example-routes.ts';

const OPERATOR = 'operator-token-for-this-test-only';
const logged: string[] = [];
let orm: MikroORM;
let server: Server;
let base: string;

beforeAll(async () => {
  const environment = readEnvironment({
    NODE_ENV: 'test',
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    STRIPE_SECRET_KEY: 'sk_test_x',
    STRIPE_PUBLISHABLE_KEY: 'pk_test_x',
    STRIPE_WEBHOOK_SECRET: 'whsec_x',
    STRIPE_API_URL: 'http://127.0.0.1:2',
    OPERATOR_TOKEN: OPERATOR,
  });
  orm = await openDatabase({ url: environment.DATABASE_URL });
  const log = createLogger(environment, 'api', { write: (line) => void logged.push(line) });
  const nowhere = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
  const services = {
    environment,
    events: new EventWriter(environment.DATABASE_URL),
    eventStore: new PostgresEvents(askOf(orm)),
    taxes: tableOfTaxes,
    workflows: workflowGateway(nowhere, orm),
    readiness: { always: async () => {} },
  };
  server = createServer(
    createApp({ routes: [...routes, ...stripeWebhookRoutes], orm, services, log, pages: { folder: '/nonexistent' } }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await orm.close(true);
});

async function call(path: string, init: RequestInit = {}) {
  const response = await fetch(base + path, { redirect: 'manual', ...init });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
}

type Body = NonNullable<RequestInit['body']>;
const post = (body: Body, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  call('/v1/things/', { method: 'POST', body, headers });

describe('paths', () => {
  it.each([`/v1/things/${ID}`, `/v1/things/${ID}/`])('%s answers', async (path) => {
    const { status, json } = await call(path);
    expect([status, json.id]).toEqual([200, ID]);
  });

  it('takes fixed words before parameters, and escapes what spreadsheets would run', async () => {
    const { headers, text } = await call('/v1/things/export');
    expect(headers.get('content-type')).toContain('text/csv');
    expect(headers.get('content-disposition')).toContain('things.csv');
    expect(text).toBe('name,amount\r\n\'=1+1,2\r\n"a,""b""",\r\n');
  });

  it.each([
    ['GET', '/v1/nothing-here', 404, 'ResourceNotFound'],
    ['GET', '/no/page', 404, 'ResourceNotFound'],
    ['PUT', `/v1/things/${ID}`, 405, 'MethodNotAllowed'],
    ['GET', '/v1/things/not-a-uuid', 422, 'RequestValidationError'],
    ['GET', '/v1/things/%00', 422, 'RequestValidationError'],
    ['GET', '/v1/things/%E0%A4%A', 400, 'BadRequest'],
    ['GET', `/v1/things/${'a'.repeat(8000)}`, 422, 'RequestValidationError'],
    ['DELETE', `/v1/things/${ID}`, 403, 'NotPermitted'],
  ])('%s %s is refused with %i %s', async (method, path, status, error) => {
    const answer = await call(path, { method });
    expect([answer.status, answer.json.error]).toEqual([status, error]);
  });

  it('answers nothing with 204, and redirects', async () => {
    const deleted = await call('/v1/things/8d0d4b3e-3f43-4d5b-9e3b-6b1f0f5b8f11', { method: 'DELETE' });
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    const elsewhere = await call('/v1/elsewhere');
    expect([elsewhere.status, elsewhere.headers.get('location')]).toEqual([302, 'https://example.com/there']);
  });
});

describe('query', () => {
  it('takes single and repeated values, metadata and sorting', async () => {
    const { json } = await call(
      `/v1/things?id=${ID}&limit=1000&page=2&is_big=true&sorting=-name&sorting=created_at&metadata[tier]=pro`,
    );
    expect(json.items[0]).toEqual({
      id: [ID],
      limit: 100,
      page: 2,
      is_big: true,
      sorting: [
        { property: 'name', direction: 'desc' },
        { property: 'created_at', direction: 'asc' },
      ],
      metadata: { tier: ['pro'] },
    });
    const twice = await call(`/v1/things/?id=${ID}&id=${ID}&unknown=1`);
    expect(twice.json.items[0]).toMatchObject({ id: [ID, ID], limit: 10, page: 1 });
  });

  it.each([
    ['page=0', 'page', 'greater_than_equal'],
    ['metadata[__proto__]=x', 'metadata', 'dict_type'],
    ['page=99999999999', 'page', 'less_than_equal'],
    ['page=', 'page', 'float_type'],
    ['page=1e3', 'page', 'float_type'],
    ['page=1&page=2', 'page', 'float_type'],
    ['limit=-1', 'limit', 'greater_than_equal'],
    ['id=x', 'id', 'uuid_parsing'],
    ['sorting=owner', 'sorting', 'enum'],
    ['metadata=x', 'metadata', 'dict_type'],
    ['is_big=maybe', 'is_big', 'bool_type'],
    ['anything=%00', 'anything', 'string_unicode'],
  ])('?%s: %s is %s', async (query, name, type) => {
    const { status, json } = await call(`/v1/things/?${query}`);
    expect(status).toBe(422);
    expect(json.detail[0].loc.slice(0, 2)).toEqual(['query', name]);
    expect(json.detail[0].type).toBe(type);
  });
});

describe('bodies', () => {
  it('trims, ignores unknown fields, keeps text as it is', async () => {
    const name = `'; DROP TABLE orders; -- <script>alert(1)</script> ${'𝄞'}`;
    const { status, json } = await post(
      JSON.stringify({ name: ` ${name} `, amount: 5, extra: { deep: [1] }, metadata: { a: 1, b: true, c: 1.5 } }),
    );
    expect(status).toBe(201);
    expect(json).toEqual({ id: ID, name, amount: 5, metadata: { a: 1, b: true, c: 1.5 } });
  });

  it('is not fooled by names of prototypes', async () => {
    const { status, json } = await post('{"name":"a","amount":1,"metadata":{"__proto__":"x","constructor":"y"}}');
    expect(status).toBe(201);
    expect(json.metadata.constructor).toBe('y');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('reads compressed bodies, unnamed ones and other kinds of JSON', async () => {
    const body = JSON.stringify({ name: 'a', amount: 1 });
    const type = { 'content-type': 'application/json; charset=utf-8' };
    expect((await post(gzipSync(body), { ...type, 'content-encoding': 'gzip' })).status).toBe(201);
    expect((await post(body, { 'content-type': 'application/merge-patch+json' })).status).toBe(201);
    expect((await post(Buffer.from(body), {})).status).toBe(201);
  });

  it('hands raw bodies over untouched', async () => {
    const { json } = await call('/v1/raw', { method: 'POST', body: new Uint8Array([0, 255, 0xed, 0xa0, 0x80]) });
    expect(json).toEqual({ bytes: 5 });
  });

  const good = { name: 'a', amount: 1 };
  it.each<[string, Body | (() => Body), number, string | undefined, Record<string, string>?]>([
    ['nothing', '', 422, 'missing'],
    ['broken JSON', '{"name": ', 422, 'json_invalid'],
    ['two values', '{} {}', 422, 'json_invalid'],
    ['null', 'null', 422, 'model_type'],
    ['a list', '[]', 422, 'model_type'],
    ['a string', '"x"', 422, 'model_type'],
    ['a number', '7', 422, 'model_type'],
    ['an empty object', '{}', 422, 'missing'],
    ['a name that is a number', JSON.stringify({ ...good, name: 5 }), 422, 'string_type'],
    ['a name of blanks', JSON.stringify({ ...good, name: '   ' }), 422, 'string_too_short'],
    ['a long name', JSON.stringify({ ...good, name: 'x'.repeat(65) }), 422, 'string_too_long'],
    ['an amount in words', JSON.stringify({ ...good, amount: 'ten' }), 422, 'float_type'],
    ['a negative amount', JSON.stringify({ ...good, amount: -1 }), 422, 'greater_than_equal'],
    ['half a cent', JSON.stringify({ ...good, amount: 0.5 }), 422, 'int_type'],
    ['a huge amount', '{"name":"a","amount":1e300}', 422, undefined],
    ['an infinite amount', '{"name":"a","amount":1e999}', 422, undefined],
    ['an amount past 32 bits', '{"name":"a","amount":2147483648}', 422, 'less_than_equal'],
    ['NUL', '{"name":"a\\u0000b","amount":1}', 422, 'string_unicode'],
    ['NUL in an ignored field', '{"name":"a","amount":1,"x":{"y":["\\u0000"]}}', 422, 'string_unicode'],
    ['NUL in a key', '{"name":"a","amount":1,"metadata":{"\\u0000":"x"}}', 422, 'string_unicode'],
    ['half a surrogate pair', '{"name":"\\ud800","amount":1}', 422, 'string_unicode'],
    ['metadata with a list', JSON.stringify({ ...good, metadata: { a: [] } }), 422, undefined],
    [
      'metadata with 51 keys',
      JSON.stringify({ ...good, metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, i])) }),
      422,
      undefined,
    ],
    ['metadata with a long key', JSON.stringify({ ...good, metadata: { ['k'.repeat(41)]: 1 } }), 422, undefined],
    [
      'metadata with a long value',
      JSON.stringify({ ...good, metadata: { k: 'v'.repeat(501) } }),
      422,
      'string_too_long',
    ],
    ['an unknown kind', JSON.stringify({ ...good, kind: { type: 'z' } }), 422, 'union_tag_invalid'],
    ['a kind without its field', JSON.stringify({ ...good, kind: { type: 'a' } }), 422, 'missing'],
    ['100,000 levels', () => '['.repeat(100_000) + ']'.repeat(100_000), 422, 'recursion_loop'],
    ['10 MB', () => JSON.stringify({ ...good, name: 'x'.repeat(10_000_000) }), 413, undefined],
    [
      '10 MB, compressed',
      () => gzipSync(JSON.stringify({ ...good, name: 'x'.repeat(10_000_000) })),
      413,
      undefined,
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    ],
    ['a broken gzip', 'nonsense', 400, undefined, { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
    ['an unknown encoding', '{}', 415, undefined, { 'content-type': 'application/json', 'content-encoding': 'zebra' }],
    ['an unknown charset', '{}', 415, undefined, { 'content-type': 'application/json; charset=klingon' }],
    ['a form', 'name=a&amount=1', 415, undefined, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['XML', '<a/>', 415, undefined, { 'content-type': 'text/xml' }],
  ])('refuses %s', async (_what, body, status, type, ...[headers]) => {
    const answer = await post(typeof body === 'function' ? body() : body, headers);
    expect(answer.status).toBe(status);
    if (status === 422)
      expect(answer.json).toMatchObject({
        error: 'RequestValidationError',
        detail: expect.arrayContaining([expect.objectContaining({ loc: expect.arrayContaining(['body']) })]),
      });
    if (type) expect(answer.json.detail[0].type).toBe(type);
  });
});

describe('callers', () => {
  it.each([
    ['/v1/owned', undefined],
    ['/v1/owned', 'Basic eDp5'],
    ['/v1/owned', 'Bearer'],
    ['/v1/owned', 'Bearer a b'],
    ['/v1/owned', 'Bearer polar_cst_x'],
    ['/v1/owned', `Bearer polar_oat_${'x'.repeat(5000)}`],
    ['/v1/customer-portal/mine', undefined],
    ['/v1/customer-portal/mine', 'Bearer polar_oat_x'],
  ])('%s with authorization %s: 401', async (path, authorization) => {
    const { status, json, headers } = await call(path, authorization ? { headers: { authorization } } : {});
    expect([status, json.error, typeof json.detail]).toEqual([401, 'Unauthorized', 'string']);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it('lets the operator in by the exact token alone', async () => {
    const operate = (token: string) =>
      call('/v1/operate', { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    expect((await operate(OPERATOR)).status).toBe(200);
    expect((await operate(`${OPERATOR}x`)).status).toBe(401);
  });

  it('says 503 when Temporal is away, not 500', async () => {
    const { status, json, headers } = await call('/v1/away', { method: 'POST' });
    expect([status, json.error, headers.get('retry-after')]).toEqual([503, 'ServiceUnavailable', '2']);
  });

  it('says 503 when the database is away, not 500', async () => {
    const { status, json } = await call('/v1/owned', { headers: { authorization: 'Bearer polar_oat_x' } });
    expect([status, json.error]).toEqual([503, 'ServiceUnavailable']);
  });
});

describe('failures', () => {
  it('keeps what went wrong to itself, and logs it with the request', async () => {
    const { status, json, text } = await call('/v1/broken', { headers: { 'x-request-id': 'trace-1' } });
    expect([status, json.error]).toEqual([500, 'InternalServerError']);
    expect(text).not.toContain('secret');
    expect(logged.some((line) => line.includes('trace-1') && line.includes('secret of the house'))).toBe(true);
  });

  it('finds answers of a wrong shape before clients do', async () => {
    expect((await call('/v1/misshapen')).status).toBe(500);
    expect(logged.some((line) => line.includes('get /v1/misshapen answered in a wrong shape'))).toBe(true);
  });

  it('warns of money that has gone back at the card processor', async () => {
    const object = { id: 'dp_1', object: 'dispute', charge: 'ch_1', metadata: {} };
    const payload = JSON.stringify({ id: 'evt_1', type: 'charge.dispute.created', data: { object } });
    const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret: 'whsec_x' });
    const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
    const path = '/v1/integrations/stripe/webhook';
    expect(await call(path, { method: 'POST', headers, body: payload })).toMatchObject({ status: 200 });
    expect(logged.some((line) => line.includes('"warn"') && line.includes('dp_1'))).toBe(true);
  });

  it('logs no tokens and no queries', async () => {
    await call('/v1/owned?x=hidden-query', { headers: { authorization: 'Bearer polar_oat_hidden' } });
    expect(logged.join('')).not.toMatch(/polar_oat_hidden|hidden-query/);
  });
});

describe('around the routes', () => {
  it('takes over sane request ids only', async () => {
    const id = async (given: string) =>
      (await call('/healthz', { headers: { 'x-request-id': given } })).headers.get('x-request-id');
    expect(await id('abc-1')).toBe('abc-1');
    expect(await id('a b "c"')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is alive, and not ready without its database', async () => {
    expect((await call('/healthz')).json).toEqual({ status: 'ok' });
    const ready = await call('/readyz');
    expect([ready.status, ready.json.checks]).toEqual([503, { database: 'failed' }]);
    const all = await call('/readyz/all');
    expect([all.status, all.json.checks]).toEqual([503, { database: 'failed', always: 'ok' }]);
  });

  it('lets foreign pages call the client routes, and no others', async () => {
    const preflight = (path: string) =>
      call(path, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://shop.example',
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization',
        },
      });
    const portal = await preflight('/v1/customer-portal/mine');
    expect([portal.status, portal.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
    expect(portal.headers.get('access-control-allow-headers')).toBe('authorization');
    expect((await preflight('/v1/owned')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('lets pages load from the processor and its sandbox', async () => {
    const policy = (await call('/healthz')).headers.get('content-security-policy');
    expect(policy).toContain("script-src 'self' https://*.stripe.com http://127.0.0.1:2");
  });

  it('describes itself', async () => {
    const { json } = await call('/openapi.json');
    expect(json.openapi).toBe('3.1.0');
    expect(json.paths['/v1/things/{id}'].get).toMatchObject({
      operationId: 'get_things_id',
      security: [],
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }],
      responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/TestThing' } } } } },
    });
    expect(json.paths['/v1/owned'].get.security).toEqual([{ organization: ['products:read', 'products:write'] }]);
    // Plain members of a team are refused.
    expect(json.paths['/v1/customer-portal/mine'].get.responses).toHaveProperty('403');
    expect(
      json.paths['/v1/things/'].get.parameters.find(({ name }: { name: string }) => name === 'metadata').style,
    ).toBe('deepObject');
    const refs = JSON.stringify(json).match(/#\/components\/schemas\/\w+/g) ?? [];
    for (const ref of refs) expect(json.components.schemas).toHaveProperty(ref.split('/').at(-1)!);
    const page = await call('/docs');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.text).toContain('Create a thing');
  });
});
