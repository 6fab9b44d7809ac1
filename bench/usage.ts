/**
 * `npm run bench:usage`: events a second over HTTP beside the plainest endpoint and beside COPY, balances and closings as
 * the events grow in number, bytes an event; in one run. `EVENTS` (default
 * 10,000,000) is how many; `--write` keeps the figures.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { MeterId, OrganizationId } from '../billing/ids.ts';
import { openDatabase } from '../db/orm.ts';
import { newMerchant } from '../dev/api-client.ts';
import { startSystem } from '../dev/system.ts';
import { closeAccounts } from '../usage/accounts.ts';
import { subjectOf } from '../usage/subjects.ts';
import { eventStream, sendFor } from './event-stream.ts';
import { keepFigures, table } from './figures.ts';
import { fillEvents } from './fill-events.ts';

const SECONDS = Number(process.env['SECONDS_EACH'] ?? 8);
const EVENTS = Number(process.env['EVENTS'] ?? 10_000_000);
/** As of many backends; of few, each waits for the disk more often than for anything else. */
const CONNECTIONS = 32;
const FEW_CONNECTIONS = 8;
const CUSTOMERS = 1_000;
const READS = 500;

const home = mkdtempSync(join(tmpdir(), 'perennial-bench-'));
const quiet = { LOG_LEVEL: 'warn', NODE_ENV: 'production', OUTBOX_PAGE: 'false' };
const system = await startSystem({ home, environment: { worker: quiet, api: quiet } });
const orm = await openDatabase({ url: system.databaseUrl, poolSize: 4 });
const sql = <Rows>(statement: string, values: readonly unknown[] = []) =>
  orm.em
    .fork()
    .getConnection()
    .execute(statement, [...values]) as Promise<Rows>;
const rows: [string, string, string][] = [];
try {
  const { id, token, call } = await newMerchant(system.api, system.operatorToken, 'The Stream');
  const meter = await call('POST', '/v1/meters/', {
    name: 'Tokens',
    filter: { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: 'llm.completion' }] },
    aggregation: { func: 'sum', property: 'tokens' },
  });
  const customer = await call('POST', '/v1/customers/', { email: 'ada@example.com', external_id: 'customer-1' });
  const stream = eventStream(CUSTOMERS);
  const ours = { url: `${system.api}/v1/events/ingest`, token, stream };

  const balancesAt = async (size: number): Promise<[string, string, string]> => {
    const present = await count();
    const filling = { organizationId: id as OrganizationId, meterId: meter.id, customers: CUSTOMERS, present };
    if (present < size) await fillEvents(sql, { ...filling, missing: size - present });
    const had = Math.round((await count()) / 100_000) / 10;
    const { p50, p99 } = await balances(ours.url, token, customer.id, meter.id);
    return [`a balance right after an event, of ${had} million`, `${p50} ms`, `p99 ${p99} ms`];
  };

  const few = await balancesAt(100_000);
  const copied = await copy();
  rows.push(['COPY of the same rows into a table without indexes', `${copied}/s`, 'the limit, same run']);
  const plain = await startPlain();
  for (const [size, connections] of [
    [100, CONNECTIONS],
    [1000, CONNECTIONS],
    [100, FEW_CONNECTIONS],
    [1000, FEW_CONNECTIONS],
  ] as const) {
    const beside = await sendFor(SECONDS, { ...ours, url: plain.url, token: null, size, connections });
    const { rate } = await sendFor(SECONDS, { ...ours, size, connections });
    const share = `${Math.round((100 * rate) / beside.rate)} % of ${beside.rate.toFixed(0)}/s by the plainest endpoint`;
    rows.push([`events taken in, ${size} a batch, ${connections} connections`, `${rate.toFixed(0)}/s`, share]);
  }
  await plain.stop();
  rows.push(few);

  for (const size of [1_000_000, 10_000_000]) if (size <= EVENTS) rows.push(await balancesAt(size));
  rows.push(await closing(id as OrganizationId, meter.id), await bytes());
  const findings = await call('GET', '/v1/invariants');
  if (!findings.ok) throw new Error(JSON.stringify(findings.disagreements));
  table(rows);
  if (process.argv.includes('--write')) keepFigures('usage', rows);
} finally {
  await orm.close();
  await system.stop();
  rmSync(home, { recursive: true, force: true });
}
process.exit();

async function count(): Promise<number> {
  const [row] = await sql<[{ n: string }]>('select count(*) as n from events');
  return Number(row.n);
}

/** From a file that the database reads itself, as whichever user it runs. */
async function copy(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'perennial-copy-'));
  chmodSync(folder, 0o755);
  const file = join(folder, 'events.csv');
  const many = 300_000;
  const lines = Array.from({ length: many }, (_, i) => {
    const metadata = `{""model"": ""large"", ""tokens"": ${i % 997}, ""region"": ""eu""}`;
    return `evt_${String(i).padStart(12, '0')},customer-${i % CUSTOMERS},llm.completion,2027-03-01T00:00:00Z,"${metadata}"`;
  });
  writeFileSync(file, lines.join('\n'), { mode: 0o644 });
  await sql(
    'create table copied (external_id text, customer text, name text, "timestamp" timestamptz, metadata jsonb)',
  );
  const began = performance.now();
  await sql(`copy copied from '${file}' (format csv)`);
  const took = performance.now() - began;
  rmSync(folder, { recursive: true });
  return ((many * 1000) / took).toFixed(0);
}

async function startPlain(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [new URL('plain-ingestion.ts', import.meta.url).pathname], {
    env: { ...process.env, DATABASE_URL: system.databaseUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    url: `http://127.0.0.1:${port}/events`,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** An event, then at once the balance that it changed: milliseconds of the second call. */
async function balances(ingest: string, token: string, customerId: string, meterId: string) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const url = `${system.api}/v1/customer-meters/?customer_id=${customerId}&meter_id=${meterId}`;
  const took: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < READS; i += 1) {
    const event = { name: 'llm.completion', external_customer_id: 'customer-1', metadata: { tokens: 1 } };
    await fetch(ingest, { method: 'POST', headers, body: JSON.stringify({ events: [event] }) }).then((r) => r.text());
    const began = performance.now();
    const { items } = (await (await fetch(url, { headers })).json()) as { items: { consumed_units: number }[] };
    took.push(performance.now() - began);
    const consumed = items[0]?.consumed_units ?? Number.NaN;
    if (last !== Number.NEGATIVE_INFINITY && consumed !== last + 1) throw new Error(`${consumed} units after ${last}`);
    last = consumed;
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => (took[Math.floor(took.length * share)] ?? 0).toFixed(1);
  return { p50: at(0.5), p99: at(0.99) };
}

/** A thousand periods, each in a transaction of its own, beside one aggregate over all events. */
async function closing(organizationId: OrganizationId, meterId: MeterId): Promise<[string, string, string]> {
  const aggregate = performance.now();
  await sql(
    `select subject, sum((metadata ->> 'tokens')::numeric) from events where name = 'llm.completion' group by 1`,
  );
  const whole = performance.now() - aggregate;
  const began = performance.now();
  for (let i = 0; i < CUSTOMERS; i += 1) {
    const subjects = [subjectOf(organizationId, `customer-${i}`)];
    await orm.em.fork().transactional(async (em) => {
      const within = {
        execute: <Rows>(statement: string, values: readonly unknown[]) =>
          em.getConnection().execute(statement, [...values], 'all', em.getTransactionContext()) as Promise<Rows>,
      };
      await closeAccounts(within, [{ subjects, meterId, func: 'sum' }]);
    });
  }
  const took = performance.now() - began;
  return [
    `closing ${CUSTOMERS} periods, one transaction each`,
    `${took.toFixed(0)} ms`,
    `one SQL aggregate: ${whole.toFixed(0)} ms`,
  ];
}

async function bytes(): Promise<[string, string, string]> {
  const [row] = await sql<[{ events: string; keys: string }]>(
    `select (select sum(pg_total_relation_size(inhrelid)) from pg_inherits where inhparent = 'events'::regclass) as events,
       pg_total_relation_size('event_keys') as keys`,
  );
  const each = (size: string, n: number) => Math.round(Number(size) / n);
  const n = await count();
  return [
    'bytes on disk an event, indexes included',
    String(each(row.events, n) + each(row.keys, n)),
    `${each(row.keys, n)} of them its key`,
  ];
}
