/** What `npm start` takes from the shell it runs in, and how it ends. */
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { clearLeftovers } from '../../dev/services/postgres-leftovers.ts';
import { bypassProxiesToLoopback } from '../../dev/services/proxies.ts';
import { applicationEnvironment } from '../../dev/start/environment.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'perennial-start-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('listens on loopback and sends no e-mail, whatever the shell has exported', () => {
  const exported = {
    HOST: '0.0.0.0',
    SMTP_URL: 'smtp://mail.example',
    EMAIL_FROM: 'shop@example.com',
    WORKFLOW_BUNDLE: '/elsewhere.js',
    PUBLIC_URL: 'https://shop.example',
  };
  Object.assign(process.env, exported);
  try {
    const places = {
      home: directory,
      api: 'http://127.0.0.1:3000',
      databaseUrl: 'postgresql://127.0.0.1/perennial',
      temporalAddress: '127.0.0.1:7233',
      temporalNamespace: 'default',
      temporalUi: undefined,
      stripeApi: 'http://127.0.0.1:12111',
    };
    const ports = { api: 3000, postgres: 1, temporal: 2, temporalUi: 3, sandbox: 4 };
    const environment = applicationEnvironment(places, ports, { operatorToken: 'operator', webhookSecret: 'whsec' });
    expect(environment.HOST).toBe('127.0.0.1');
    for (const name of ['SMTP_URL', 'EMAIL_FROM', 'WORKFLOW_BUNDLE', 'PUBLIC_URL']) {
      expect(environment[name]).toBeUndefined();
    }
  } finally {
    for (const name of Object.keys(exported)) delete process.env[name];
  }
});

it.each([
  [{}, '127.0.0.1,localhost'],
  [{ no_proxy: 'corp.example, 10.0.0.0/8,' }, 'corp.example,10.0.0.0/8,127.0.0.1,localhost'],
  [{ no_grpc_proxy: 'localhost', no_proxy: 'corp.example' }, 'localhost,127.0.0.1'],
])('reaches its own servers past a proxy: %j', (environment: NodeJS.ProcessEnv, expected) => {
  bypassProxiesToLoopback(environment);
  expect(environment.no_grpc_proxy).toBe(expected);
});

it('ends what an earlier Postgres left in its data directory, and nobody else who stands there', async () => {
  const data = join(directory, 'data');
  mkdirSync(data);
  // A process is called by the name of its file.
  symlinkSync('/bin/sleep', join(directory, 'postgres'));
  const leftover = spawn(join(directory, 'postgres'), ['1000'], { cwd: data });
  const bystander = spawn('/bin/sleep', ['1000'], { cwd: data });
  try {
    await clearLeftovers(data);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    while (leftover.signalCode === null) await pause(20);
    expect(leftover.signalCode).toBe('SIGKILL');
  } finally {
    leftover.kill('SIGKILL');
    bystander.kill('SIGKILL');
  }
});

it('installs nothing after Ctrl-C', async () => {
  mkdirSync(join(directory, 'dev'));
  copyFileSync(new URL('../../dev/bootstrap.mjs', import.meta.url), join(directory, 'dev/bootstrap.mjs'));
  writeFileSync(
    join(directory, 'package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/a': { version: '1' } } }),
  );
  const asked = join(directory, 'asked');
  const npm = join(directory, 'npm.cjs');
  writeFileSync(
    npm,
    `require('node:fs').appendFileSync(${JSON.stringify(asked)}, process.argv[2] + '\\n'); setInterval(() => {}, 1000);`,
  );
  const starting = spawn(process.execPath, [join(directory, 'dev/bootstrap.mjs'), 'start'], {
    stdio: 'ignore',
    env: { ...process.env, npm_execpath: npm },
  });
  const ended = new Promise((resolve) => starting.once('exit', (code, signal) => resolve(code ?? signal)));
  while (!existsSync(asked)) await pause(20);
  starting.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(readFileSync(asked, 'utf8')).toBe('ping\n');
});
