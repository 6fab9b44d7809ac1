/**
 * Random meters, plans, events and what happens among them, through several API processes; then all of it is added up anew
 * from the events as they were sent, and balances, lines of orders, lists and charts must say the same. `ORACLE_RUNS` is how
 * many scenarios; a failure names the seed and path that `ORACLE_SEED` and `ORACLE_PATH` bring it back with, and
 * `ORACLE_SHRINK=1` looks for the smallest one that fails.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { createApp } from '../../api/app.ts';
import { routes } from '../../api/routes/index.ts';
import { createLogger } from '../../config/logging.ts';
import { EventWriter } from '../../usage/event-writer.ts';
import { EVENT_STORE, startEventStore } from '../../worker/event-store.ts';
import { moveProgress } from '../../workflows/event-store.messages.ts';
import { eventually } from '../api/everything.ts';
import { type Running, startRunning } from '../api/running.ts';
import { describeOnClickHouse } from './clickhouse.ts';
import { Life } from './oracle-life.ts';
import { type Scenario, scenario } from './oracle-scenario.ts';
import { aWorld } from './oracle-world.ts';
import { readInClickHouse, startRunningOnBoth } from './stores.ts';

const { ORACLE_RUNS = '8', ORACLE_SEED, ORACLE_PATH, ORACLE_SHRINK } = process.env;
const RUNS = Number(ORACLE_RUNS);
const LONGEST_MS = 120_000 + RUNS * 60_000;
jest.setTimeout(LONGEST_MS);

let running: Running;
let apis: string[];
let others: { readonly server: Server; readonly events: EventWriter }[];

async function begin(start: () => Promise<Running>): Promise<void> {
  running = await start();
  others = [];
  apis = [running.api, await anotherApi(), await anotherApi()];
}

/** As a further process of the same product. */
async function anotherApi(): Promise<string> {
  const { orm, services } = running;
  const events = new EventWriter(String(services.environment.DATABASE_URL));
  const log = createLogger(services.environment, 'test');
  const server = createServer(createApp({ routes, orm, log, services: { ...services, events } }));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  others.push({ server, events });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function end(): Promise<void> {
  for (const { server, events } of others) {
    server.close().closeAllConnections();
    await events.close();
  }
  await running.close();
}

async function agrees(happens: (life: Life, scenario: Scenario) => Promise<void>): Promise<void> {
  const property = fc.asyncProperty(scenario, async (each) => {
    const life = new Life(each, await aWorld(running, apis, each));
    await life.begin();
    await happens(life, each);
    await life.compareListsAndCharts();
    expect(await life.world.disagreements()).toEqual([]);
  });
  await fc.assert(property, {
    numRuns: RUNS,
    ...(ORACLE_SEED === undefined ? {} : { seed: Number(ORACLE_SEED) }),
    ...(ORACLE_PATH === undefined ? {} : { path: ORACLE_PATH }),
    endOnFailure: ORACLE_SHRINK === undefined,
    interruptAfterTimeLimit: LONGEST_MS - 60_000,
  });
}

describe('in Postgres', () => {
  beforeAll(() => begin(startRunning));
  afterAll(end);

  it('agrees with all that was sent, added up anew', () =>
    agrees(async (life, { steps }) => {
      for (const step of steps) await life.take(step);
    }));
});

describeOnClickHouse('on the way to ClickHouse, and there', () => {
  beforeAll(() => begin(startRunningOnBoth));
  afterAll(end);

  it('agrees with all that was sent, added up anew', () =>
    agrees(async (life, { steps }) => {
      for (const [i, step] of steps.entries()) {
        // Of the first scenario, while it goes on; the others find events where they are then.
        if (i === Math.floor(steps.length / 2)) await startEventStore(running.temporal, 'clickhouse');
        await life.take(step);
      }
      const moving = running.temporal.workflow.getHandle(EVENT_STORE);
      await eventually(async () => ((await moving.query(moveProgress))?.state === 'clickhouse' ? true : undefined));
    }));
});

describeOnClickHouse('on the way back to Postgres, and there', () => {
  beforeAll(async () => {
    await begin(startRunningOnBoth);
    await readInClickHouse(running.orm);
  });
  afterAll(end);

  it('agrees with all that was sent, added up anew', () =>
    agrees(async (life, { steps }) => {
      for (const [i, step] of steps.entries()) {
        if (i === Math.floor(steps.length / 2)) await startEventStore(running.temporal, 'postgres');
        await life.take(step);
      }
      const returning = running.temporal.workflow.getHandle(EVENT_STORE);
      await eventually(async () => ((await returning.query(moveProgress))?.state === 'postgres' ? true : undefined));
    }));
});
