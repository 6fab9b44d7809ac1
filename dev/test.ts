/**
 * `npm test`: starts what tests need (a Postgres, a Temporal server, a ClickHouse where there is Python, the path of a
 * time-skipping Temporal), runs Jest with it in its environment, and stops it again. Arguments go to Jest; where they name
 * no path, the end-to-end and chaos tests, which start systems of their own, are left out.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startClickHouse } from './services/clickhouse.ts';
import { onEnding } from './services/endings.ts';
import { startPostgres } from './services/postgres.ts';
import { bypassProxiesToLoopback } from './services/proxies.ts';
import { findTimeSkippingServer, startTemporal } from './services/temporal.ts';

const OWN_SYSTEM = ['test/e2e', 'test/chaos'];
const root = new URL('..', import.meta.url).pathname;
const args = process.argv.slice(2);

const directory = mkdtempSync(join(tmpdir(), 'perennial-test-'));
const ending = new AbortController();
let jest: ReturnType<typeof spawn> | undefined;
onEnding((signal) => {
  ending.abort();
  jest?.kill(signal);
});
const say = (line: string) => process.stdout.write(`${line}\n`);

const stops: (() => Promise<void>)[] = [];
try {
  const environment = OWN_SYSTEM.some((path) => args.some((arg) => arg.includes(path))) ? {} : await startServices();
  process.exitCode = ending.signal.aborted ? 130 : await runJest(environment);
} catch (error) {
  if (!ending.signal.aborted) say(error instanceof Error ? error.message : String(error));
  process.exitCode = ending.signal.aborted ? 130 : 1;
} finally {
  await Promise.all(stops.map((stop) => stop()));
  rmSync(directory, { recursive: true, force: true });
}
// Whatever still holds the event loop, the tests have ended.
process.exit();

async function startServices(): Promise<NodeJS.ProcessEnv> {
  bypassProxiesToLoopback();
  const options = { directory, log: say, signal: ending.signal };
  const [database, temporal, clickhouse, timeSkippingServer] = await Promise.all([
    process.env.DATABASE_URL ?? startPostgres({ ...options, durable: false }).then(kept),
    process.env.TEMPORAL_ADDRESS ?? startTemporal({ ...options, inMemory: true, uiPort: false }).then(kept),
    process.env.PERENNIAL_CLICKHOUSE_URL ?? clickHouseIfAny(options),
    process.env.PERENNIAL_TIME_SKIPPING_SERVER ?? findTimeSkippingServer(options),
  ]);
  const environment = {
    DATABASE_URL: typeof database === 'string' ? database : database.url,
    TEMPORAL_ADDRESS: typeof temporal === 'string' ? temporal : temporal.address,
    PERENNIAL_CLICKHOUSE_URL: clickhouse,
    PERENNIAL_TIME_SKIPPING_SERVER: timeSkippingServer,
  };
  say(`Postgres and Temporal (${environment.TEMPORAL_ADDRESS}) are up.`);
  return environment;
}

async function clickHouseIfAny(options: Parameters<typeof startClickHouse>[0]): Promise<string> {
  try {
    return kept(await startClickHouse(options)).url;
  } catch (error) {
    say(`Tests on ClickHouse are left out. ${error instanceof Error ? error.message : error}`);
    return '';
  }
}

function kept<T extends { stop(): Promise<void> }>(service: T): T {
  stops.push(() => service.stop());
  return service;
}

function runJest(environment: NodeJS.ProcessEnv): Promise<number> {
  const ignored =
    Object.keys(environment).length === 0 ? [] : ['--testPathIgnorePatterns', ...OWN_SYSTEM, 'node_modules'];
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const running = spawn(
    process.execPath,
    [...flags, join(root, 'node_modules/jest/bin/jest.js'), ...args, ...ignored],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...environment },
    },
  );
  jest = running;
  return new Promise((resolve, reject) => {
    running.once('error', reject);
    running.once('exit', (code) => resolve(code ?? 1));
  });
}
