/** The servers of one machine: they keep what they know through a kill -9, and nothing outlives who started it. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { MikroORM } from '@mikro-orm/postgresql';
import { Connection } from '@temporalio/client';
import { startPostgres } from '../../dev/services/postgres.ts';
import { createProcess } from '../../dev/services/processes.ts';
import { startTemporal } from '../../dev/services/temporal.ts';
import { choosePorts } from '../../dev/start/chosen-ports.ts';
import { takeLock } from '../../dev/start/lock.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'perennial-services-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function query(url: string, sql: string): Promise<unknown[]> {
  const orm = await MikroORM.init({ clientUrl: url, entities: [], discovery: { warnWhenNoEntities: false } });
  try {
    return await orm.em.getConnection().execute(sql);
  } finally {
    await orm.close();
  }
}

it('Postgres has what was committed before a kill -9, on the same port', async () => {
  const postgres = await startPostgres({ directory });
  try {
    await query(postgres.url, 'create table kept (name text)');
    await query(postgres.url, "insert into kept values ('Ada Example')");
    await postgres.process.kill('SIGKILL');
    expect(postgres.pid).toBeUndefined();
    await postgres.process.start();
    expect(await query(postgres.url, 'select name from kept')).toEqual([{ name: 'Ada Example' }]);
  } finally {
    await postgres.stop();
  }
});

it('Temporal has its processes after a kill -9', async () => {
  const temporal = await startTemporal({ directory, uiPort: false });
  try {
    const started = {
      namespace: 'default',
      workflowId: 'kept',
      workflowType: { name: 'unhandled' },
      taskQueue: { name: 'nobody' },
      requestId: 'once',
    };
    const before = await Connection.connect({ address: temporal.address });
    await before.workflowService.startWorkflowExecution(started);
    await before.close();
    await temporal.process.kill('SIGKILL');
    await temporal.process.start();
    const after = await Connection.connect({ address: temporal.address });
    const found = await after.workflowService.describeWorkflowExecution({
      namespace: 'default',
      execution: { workflowId: 'kept' },
    });
    await after.close();
    expect(found.workflowExecutionInfo?.type?.name).toBe('unhandled');
  } finally {
    await temporal.stop();
  }
});

it('starts a crashed process again, and ends the children of a stopped one', async () => {
  const lines: string[] = [];
  const shell = createProcess({
    name: 'shell',
    command: '/bin/sh',
    args: ['-c', 'sleep 1000 & echo "child $!"; wait'],
    logFile: join(directory, 'shell.log'),
    ready: (log) => log.includes('child '),
    restart: true,
    log: (line) => lines.push(line),
  });
  await shell.start();
  const first = shell.pid ?? 0;
  process.kill(first, 'SIGKILL');
  while (shell.pid === undefined || shell.pid === first) await pause(20);
  expect(lines).toEqual([expect.stringContaining('shell ended unexpectedly (SIGKILL); starting it again in 1 s')]);
  const second = shell.pid;
  await shell.stop();
  expect([groupLives(first), groupLives(second)]).toEqual([false, false]);
});

it('says why a process did not start', async () => {
  const shell = createProcess({
    name: 'shell',
    command: '/bin/sh',
    args: ['-c', 'echo "no such table"; exit 3'],
    logFile: join(directory, 'shell.log'),
    ready: () => false,
  });
  await expect(shell.start()).rejects.toThrow(/ended instead of starting[\s\S]*no such table/);
});

it('leaves nothing when who started it is killed', async () => {
  const parent = join(directory, 'parent.mjs');
  const processes = new URL('../../dev/services/processes.ts', import.meta.url).pathname;
  writeFileSync(
    parent,
    `import { createProcess } from '${processes}';
     const sleeper = createProcess({ name: 'sleeper', command: '/bin/sleep', args: ['1000'],
       logFile: '${join(directory, 'sleeper.log')}', ready: () => true });
     await sleeper.start();
     console.log(sleeper.pid);
     setInterval(() => {}, 1000);`,
  );
  const child = spawn(process.execPath, [parent], { stdio: ['ignore', 'pipe', 'inherit'] });
  const sleeper = await new Promise<number>((resolve) => {
    child.stdout.once('data', (data: Buffer) => resolve(Number(data)));
  });
  expect(groupLives(sleeper)).toBe(true);
  child.kill('SIGKILL');
  while (groupLives(sleeper)) await pause(20);
});

describe('a home', () => {
  it('is one system at a time, and free again when its holder is gone', async () => {
    const lock = await takeLock(directory);
    await expect(takeLock(directory)).rejects.toThrow(/already runs in .*PERENNIAL_HOME/);
    lock.release();
    writeFileSync(join(directory, 'lock'), JSON.stringify({ pid: process.pid, startedAt: 'earlier', ending: false }));
    const next = await takeLock(directory);
    expect(next.wasStale).toBe(true);
    next.release();
  });

  it('keeps its ports, and names the one that is taken', async () => {
    const lines: string[] = [];
    const wishes = {
      api: undefined,
      preferred: {},
      elsewhere: [],
      patient: false,
      log: (line: string) => lines.push(line),
    };
    const chosen = await choosePorts(directory, wishes);
    expect(new Set(Object.values(chosen)).size).toBe(5);
    expect(await choosePorts(directory, wishes)).toEqual(chosen);
    const server = createServer().listen(chosen.sandbox, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const moved = await choosePorts(directory, wishes);
    expect({ ...moved, sandbox: chosen.sandbox }).toEqual(chosen);
    expect(lines).toEqual([`Port ${chosen.sandbox} is taken by another program; sandbox gets another one.`]);
    const refused = choosePorts(directory, { ...wishes, api: chosen.sandbox });
    await expect(refused).rejects.toThrow(`Port ${chosen.sandbox} is taken by another program: set PORT`);
    server.close();
  });
});

function groupLives(pid: number): boolean {
  // A zombie that nobody has collected yet still counts for kill(2), but not for ps.
  try {
    return execFileSync('ps', ['-o', 'stat=', '-g', String(pid)], { encoding: 'utf8' })
      .split('\n')
      .some((stat) => /^[^Z\s]/.test(stat.trim()));
  } catch {
    return false;
  }
}
