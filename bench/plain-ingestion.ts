/**
 * The plainest endpoint that is still durable and deduplicated, to stand beside ours: Express, zod, one INSERT over a
 * unique index. It resolves no customers and counts nothing. A process of its own: `node bench/plain-ingestion.ts`.
 */
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Pool } from 'pg';
import { z } from 'zod';

const url = process.env['DATABASE_URL'];
if (url === undefined) throw new Error('DATABASE_URL is not set.');
const pool = new Pool({ connectionString: url, max: 8 });
await pool.query(`
  create table if not exists plain_events (
    id uuid not null default gen_random_uuid(), organization_id uuid not null, external_id text not null,
    customer text not null, name text not null, "timestamp" timestamptz not null, metadata jsonb not null,
    unique (organization_id, external_id)
  )`);

const Events = z.object({
  events: z
    .array(
      z.object({
        name: z.string(),
        external_id: z.string(),
        external_customer_id: z.string(),
        timestamp: z.iso.datetime(),
        metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      }),
    )
    .max(1000),
});

const INSERT = `
  insert into plain_events (organization_id, external_id, customer, name, "timestamp", metadata)
  select $1::uuid, * from unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::jsonb[])
  on conflict do nothing`;

const app = express();
app.use(express.json({ limit: '16mb' }));
app.post('/events', async (request, response) => {
  const { events } = Events.parse(request.body);
  const { rowCount } = await pool.query({
    name: 'insert',
    text: INSERT,
    values: [
      '00000000-0000-4000-8000-000000000000',
      events.map(({ external_id }) => external_id),
      events.map(({ external_customer_id }) => external_customer_id),
      events.map(({ name }) => name),
      events.map(({ timestamp }) => timestamp),
      events.map(({ metadata }) => JSON.stringify(metadata)),
    ],
  });
  response.json({ inserted: rowCount ?? 0, duplicates: events.length - (rowCount ?? 0) });
});
const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.on('SIGTERM', () => {
  server.close(() => void pool.end());
  server.closeAllConnections();
});
