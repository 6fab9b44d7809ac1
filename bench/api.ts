/** `npm run bench:api`: requests a second beside a bare Express route with the same query, in one run. `--write` keeps them. */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import express from 'express';
import { openDatabase } from '../db/orm.ts';

import { buyHerd } from '../dev/herd.ts';
import { startSystem } from '../dev/system.ts';
import { keepFigures, table } from './figures.ts';

const SECONDS = Number(process.env['SECONDS_EACH'] ?? 8);
const CONNECTIONS = 16;

const home = mkdtempSync(join(tmpdir(), 'perennial-bench-'));
const quiet = { LOG_LEVEL: 'warn', NODE_ENV: 'production', OUTBOX_PAGE: 'false' };
const system = await startSystem({ home, environment: { worker: quiet, api: quiet } });
const orm = await openDatabase({ url: system.databaseUrl, poolSize: 20 });
const bare = await startBare();
try {
  const herd = await buyHerd(system, 1, async (call) => {
    await call('POST', '/v1/benefits/', { type: 'custom', description: 'A note', properties: { note: 'Hello' } });
  });
  const { token } = await tokenOf(herd.organizationId);
  const key = await aKey(herd.call, herd.productId);
  const id = herd.subscriptionIds[0] ?? '';
  const rows: (readonly [string, string, string])[] = [];
  const measure = async (what: string, ours: Shot, theirs: Shot) => {
    const [a, b] = [await fire(system.api, token, ours), await fire(bare.url, null, theirs)];
    const share = `${Math.round((100 * a.rate) / b.rate)} % of ${b.rate.toFixed(0)}/s bare (p50 ${b.p50} ms, p99 ${b.p99} ms)`;
    rows.push([`${what}: p50 ${a.p50} ms, p99 ${a.p99} ms`, `${a.rate.toFixed(0)}/s`, share] as const);
  };
  await measure('subscription read', { path: `/v1/subscriptions/${id}` }, { path: `/subscriptions/${id}` });
  const body = { key, organization_id: herd.organizationId };
  await measure(
    'license key validation, public',
    { path: '/v1/customer-portal/license-keys/validate', body },
    { path: '/keys', body },
  );
  await measure(
    'license key validation, by token',
    { path: '/v1/license-keys/validate', body },
    { path: '/keys', body },
  );
  await measure(
    'checkout creation',
    { path: '/v1/checkouts/', body: { products: [herd.productId] } },
    { path: '/checkouts', body: { organization_id: herd.organizationId, product_id: herd.productId } },
  );
  table(rows);
  if (process.argv.includes('--write')) keepFigures('api', rows);
} finally {
  await bare.close();
  await orm.close();
  await system.stop();
  rmSync(home, { recursive: true, force: true });
}
process.exit();

interface Shot {
  readonly path: string;
  readonly body?: unknown;
}

async function fire(url: string, token: string | null, { path, body }: Shot) {
  const result = await autocannon({
    url: url + path,
    connections: CONNECTIONS,
    duration: SECONDS,
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (result.non2xx > 0) throw new Error(`${path}: ${result.non2xx} answers that were not 2xx`);
  return { rate: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 };
}

async function tokenOf(organizationId: string): Promise<{ token: string }> {
  const response = await fetch(`${system.api}/v1/organization-access-tokens/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${system.operatorToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      organization_id: organizationId,
      comment: 'Bench',
      scopes: ['subscriptions:read', 'license_keys:write', 'checkouts:write'],
    }),
  });
  return (await response.json()) as { token: string };
}

/** Gives the herd's product a license key, and waits for the key. */
async function aKey(
  call: (method: string, path: string, body?: unknown) => Promise<{ id: string; items: { key: string }[] }>,
  productId: string,
) {
  const benefit = await call('POST', '/v1/benefits/', { type: 'license_keys', description: 'A key', properties: {} });
  await call('POST', `/v1/products/${productId}/benefits`, { benefits: [benefit.id] });
  for (;;) {
    const { items } = await call('GET', '/v1/license-keys/');
    if (items[0] !== undefined) return items[0].key;
    await new Promise((passed) => setTimeout(passed, 100));
  }
}

/** What the same answers would cost without anything of ours: one Express route, one statement, JSON. */
async function startBare() {
  const app = express();
  app.use(express.json());
  const first = async (sql: string, values: unknown[]) => (await orm.em.fork().getConnection().execute(sql, values))[0];
  app.get('/subscriptions/:id', async (request, response) => {
    response.json(
      await first(
        `select s.*, row_to_json(c) as customer, row_to_json(p) as product, row_to_json(r) as price,
           (select json_agg(q) from prices q where q.product_id = p.id) as prices
         from subscriptions s join customers c on c.id = s.customer_id join products p on p.id = s.product_id
         join prices r on r.id = s.price_id where s.id = ?`,
        [request.params.id],
      ),
    );
  });
  app.post('/keys', async (request, response) => {
    response.json(
      await first(
        `update license_keys k set validations = validations + 1 from customers c
         where c.id = k.customer_id and k.organization_id = ? and k.key = ? and k.status = 'granted'
         returning k.*, row_to_json(c) as customer`,
        [request.body.organization_id, request.body.key],
      ),
    );
  });
  app.post('/checkouts', async (request, response) => {
    response.json(
      await first(
        `insert into checkouts (id, created_at, organization_id, client_secret, expires_at, product_ids, product_id,
           price_id, currency, amount, metadata, customer_metadata, custom_field_data)
         select gen_random_uuid(), now(), ?, gen_random_uuid()::text, now() + interval '1 day', array[p.product_id::text],
           p.product_id, p.id, p.currency, p.amount, '{}', '{}', '{}' from prices p where p.product_id = ? limit 1
         returning *`,
        [request.body.organization_id, request.body.product_id],
      ),
    );
  });
  const server = createServer(app);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((closed) => server.close(closed).closeAllConnections()),
  };
}
