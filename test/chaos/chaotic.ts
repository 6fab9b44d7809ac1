/** A whole system to be broken, a receiver of its webhooks, and what must hold when it is quiet again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CallFailed } from '../../dev/api-client.ts';
import { buyHerd, fallDueAt, type Herd } from '../../dev/herd.ts';
import { type Part, startSystem } from '../../dev/system.ts';
import { lastingDisagreements } from '../invariants/lasting.ts';

export type Chaotic = Awaited<ReturnType<typeof startChaotic>>;

/** Time, in ms, to tell all subscriptions of a herd when they fall due. */
const LEAD = 12_000;

const EVENTS = ['order.created', 'order.updated', 'order.paid', 'subscription.updated', 'subscription.cycled'];

export async function startChaotic() {
  const home = mkdtempSync(join(tmpdir(), 'perennial-chaos-'));
  const system = await startSystem({ home });
  const received: { sequence: number; type: string; orderId: string | undefined }[] = [];
  const receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { type, data } = JSON.parse(Buffer.concat(chunks).toString());
    received.push({
      sequence: Number(request.headers['webhook-sequence']),
      type,
      orderId: type.startsWith('order.') ? data.id : undefined,
    });
    response.writeHead(204).end();
  });
  await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;

  return {
    system,
    received,
    /** Subscriptions with a webhook endpoint that hears of them. */
    async aHerd(size: number): Promise<Herd> {
      return buyHerd(system, size, async (call) => {
        await call('POST', '/v1/webhooks/endpoints', { url, format: 'raw', events: EVENTS });
      });
    },
    /** As `kill -9` would, and then starts it again. */
    async breaks(part: Part): Promise<void> {
      await system.processes[part].kill('SIGKILL');
      await system.processes[part].start();
    },
    /** How the card processor behaves from now on; see the sandbox's switches. */
    async sandbox(path: string, body: unknown): Promise<void> {
      const response = await fetch(`${system.stripeApi}/_sandbox/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    async healSandbox(): Promise<void> {
      await fetch(`${system.stripeApi}/_sandbox/faults`, { method: 'DELETE' });
      await this.sandbox('webhooks', { mode: 'normal' });
    },
    async stop(): Promise<void> {
      await new Promise((closed) => receiver.close(closed));
      await system.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Sets a herd's renewals off together, for the `times`-th time, lets `chaos` happen, and waits until all are paid. */
export async function renewThrough(herd: Herd, times: number, chaos: () => Promise<void>): Promise<void> {
  const due = Date.now() + LEAD;
  await fallDueAt(herd, due);
  await sleep(due - Date.now());
  await chaos();
  await eventually(async () => (await renewals(herd)).length >= times * herd.subscriptionIds.length);
}

/** Orders that renewals have paid. */
export async function renewals({ call }: Herd): Promise<{ id: string; subscription_id: string; cycle?: number }[]> {
  const orders = [];
  for (let page = 1; ; page += 1) {
    const { items, pagination } = await call('GET', `/v1/orders/?status=paid&limit=100&page=${page}`);
    orders.push(...items.filter((order: { billing_reason: string }) => order.billing_reason === 'subscription_cycle'));
    if (page >= pagination.max_page) return orders;
  }
}

/** Everything paid once, nothing missing, nothing lost. */
export async function expectAllIsWell(chaotic: Chaotic, herd: Herd, times: number): Promise<void> {
  const paid = await renewals(herd);
  const bySubscription = Map.groupBy(paid, (order) => order.subscription_id);
  expect([...bySubscription.keys()].sort()).toEqual([...herd.subscriptionIds].sort());
  for (const orders of bySubscription.values()) expect(orders).toHaveLength(times);
  const { call } = herd;
  const told = () =>
    new Set(chaotic.received.filter(({ type }) => type === 'order.paid').map(({ orderId }) => orderId));
  await eventually(async () => paid.every(({ id }) => told().has(id)));
  await eventually(async () => {
    const sequences = [...new Set(chaotic.received.map(({ sequence }) => sequence))].sort((a, b) => a - b);
    return sequences.length > 0 && sequences.at(-1) === sequences.length;
  });
  expect(await lastingDisagreements(() => call('GET', '/v1/invariants'))).toEqual([]);
}

export const sleep = (ms: number) => new Promise<void>((passed) => setTimeout(passed, Math.max(0, ms)));

/** What the API refuses while it is down counts as not yet. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    try {
      if (await holds()) return;
    } catch (error) {
      if (!isAway(error)) throw error;
    }
    await sleep(250);
  }
  throw new Error('It has not come about.');
}

/** Of the API, or of the way to it. What `fetch` throws is of another realm than the tests, so that its name tells it. */
export const isAway = (error: unknown): boolean =>
  error instanceof CallFailed ? error.status >= 500 : String(error).startsWith('TypeError: ');
