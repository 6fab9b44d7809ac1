/** A ClickHouse database of one's own, with the table of events in it, on the engine that `npm test` starts. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe } from '@jest/globals';
import { type ClickHouseClient, connectClickHouse } from '../../usage/clickhouse/connection.ts';
import { makeTables } from '../../usage/clickhouse/tables.ts';

const server = process.env.PERENNIAL_CLICKHOUSE_URL ?? '';

/** Left out where there is no ClickHouse, as on a machine without Python; `npm test` says so. */
export const describeOnClickHouse = server === '' ? describe.skip : describe;
export const hasClickHouse = server !== '';

export interface FreshClickHouse extends AsyncDisposable {
  /** As in CLICKHOUSE_URL. */
  readonly url: string;
  readonly client: ClickHouseClient;
}

/** Dropped when disposed of. `server`: another than the one that all tests share. */
export async function freshClickHouse(on: string = server): Promise<FreshClickHouse> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(on);
  url.pathname = `/${name}`;
  await administer(on, `create database ${name}`);
  const client = connectClickHouse(url.href);
  await makeTables(client);
  return {
    url: url.href,
    client,
    async [Symbol.asyncDispose]() {
      await client.close();
      await administer(on, `drop database ${name} sync`);
    },
  };
}

async function administer(on: string, query: string): Promise<void> {
  const admin = connectClickHouse(on);
  await admin.command({ query });
  await admin.close();
}

/** A server that never ends an answer. */
export async function stuckClickHouse(beginning: string) {
  const server = createServer((_, answer) => {
    if (beginning !== '') answer.writeHead(200).write(beginning);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connectClickHouse(`http://127.0.0.1:${(server.address() as AddressInfo).port}/events`);
  return {
    client,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await client.close();
    },
  };
}
