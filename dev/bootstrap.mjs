/**
 * `node dev/bootstrap.mjs TASK [arguments]`: installs what is missing, then runs the task by the project's own Node.
 * Plain JavaScript without dependencies: this file runs on any Node from 20 on, before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TASKS = {
  start: ['dev/start.ts'],
  test: ['dev/test.ts'],
  demo: ['dev/demo/main.ts'],
  invariants: ['dev/invariants.ts'],
  'bench:renewals': ['bench/renewals.ts'],
  'bench:api': ['bench/api.ts'],
  'bench:usage': ['bench/usage.ts'],
  'bench:event-store': ['bench/event-store.ts'],
  'test:e2e': ['dev/test.ts', 'test/e2e'],
  'test:chaos': ['dev/test.ts', 'test/chaos'],
};

const NETWORK_ERRORS =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT/;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const ownNode = join(root, 'node_modules/node/bin/node');
const stampFile = join(root, 'node_modules/.perennial-installed');

const [task = '', ...more] = process.argv.slice(2);
if (!Object.hasOwn(TASKS, task)) fail(`Which task? One of: ${Object.keys(TASKS).join(', ')}.`);
if (Number.parseInt(process.versions.node, 10) < 20) {
  fail(`This is Node ${process.versions.node}; Perennial installs itself with Node 20 or later: https://nodejs.org`);
}

/** @type {import('node:child_process').ChildProcess | undefined} */
let child;
let stopping = false;
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    stopping = true;
    child?.kill(signal);
  });
}
// npm's shell does not pass on what ends it, and nothing can when it is killed.
const parent = process.ppid;
if (process.env.npm_lifecycle_event !== undefined) {
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stopping = true;
    child?.kill('SIGHUP');
  }, 200);
  watch.unref();
}

await installDependencies();
endIfAsked();
const node = nodeToRun();
const [file, ...args] = TASKS[task];
if (!existsSync(join(root, file))) fail(`${file} is missing from this checkout.`);
const ended = await run(node, ['--disable-warning=ExperimentalWarning', join(root, file), ...args, ...more], {
  stdio: 'inherit',
  env: { ...process.env, PERENNIAL_BOOTSTRAPPED: '1' },
});
if (ended.signal === null) process.exit(ended.code ?? 1);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal);
process.kill(process.pid, ended.signal);

async function installDependencies() {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = createHash('sha256').update(`${process.platform} ${process.arch}\n${lock}`).digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  if (!isInstalled(JSON.parse(lock))) await install();
  writeFileSync(stampFile, stamp);
}

/** Whether npm's own record of node_modules has every package of the lock file that this machine must have. */
function isInstalled(lock) {
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const { packages } = JSON.parse(readFileSync(record, 'utf8'));
  return Object.entries(lock.packages).every(
    ([path, wanted]) => path === '' || wanted.optional || packages[path]?.version === wanted.version,
  );
}

async function install() {
  const since = Date.now();
  const seconds = () => Math.round((Date.now() - since) / 1000);
  process.stdout.write('Installing dependencies (about a minute, once)\n');
  const ticking = setInterval(() => {
    if (process.stdout.isTTY) process.stdout.write(`\r  ${seconds()} s`);
    else if (seconds() % 15 === 0) process.stdout.write(`  still installing, ${seconds()} s\n`);
  }, 1000);
  const hasNetwork = await reachesRegistry();
  // Without a network npm's cache may still have it all; npm's own patience would be minutes.
  const options = ['--no-audit', '--no-fund', '--loglevel=error', hasNetwork ? '--prefer-offline' : '--offline'];
  let installed = await runNpm(['ci', ...options]);
  // A lock file made on another platform may lack this one's optional packages; `install` finds them, at its versions.
  if (/code EUSAGE/.test(installed.output)) installed = await runNpm(['install', '--no-save', ...options]);
  clearInterval(ticking);
  if (process.stdout.isTTY) process.stdout.write('\r');
  if (installed.code === 0) return void process.stdout.write(`Dependencies installed in ${seconds()} s\n`);
  if (!hasNetwork || NETWORK_ERRORS.test(installed.output)) {
    fail(
      `npm cannot reach its registry: connect to the network (or set npm's proxy), then run \`npm ${again()}\` again.`,
    );
  }
  if (installed.code === 'ENOENT') fail('npm is not installed: install Node with npm from https://nodejs.org.');
  fail(`npm ci failed:\n${installed.output.trimEnd().split('\n').slice(0, 20).join('\n')}`);
}

async function reachesRegistry() {
  const { output } = await runNpm(['ping', '--fetch-retries=0', '--fetch-timeout=10000', '--loglevel=error']);
  return !NETWORK_ERRORS.test(output);
}

/** Our Node where it runs, mended when npm was not allowed to run its install script; else this one, if new enough. */
function nodeToRun() {
  if (works(ownNode)) return ownNode;
  const pkg = join(root, 'node_modules/node');
  if (existsSync(pkg)) {
    process.stdout.write("Finishing the installation of the project's Node\n");
    spawnSync(process.execPath, ['installArchSpecificPackage.js'], { cwd: pkg, stdio: 'ignore' });
    if (works(ownNode)) return ownNode;
  }
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath;
  return fail(
    `The project's Node 24 is not complete: run \`npm rebuild node\` (npm may ask you to allow its install script), ` +
      `or use Node 24 yourself; this is ${process.versions.node}.`,
  );
}

function works(path) {
  return existsSync(path) && spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout?.startsWith('v24.');
}

async function runNpm(args) {
  const cli = process.env.npm_execpath;
  const viaNode = cli !== undefined && /\.c?js$/.test(cli);
  const options = { stdio: ['ignore', 'pipe', 'pipe'], cwd: root };
  const ended = await (viaNode ? run(process.execPath, [cli, ...args], options) : run('npm', args, options));
  endIfAsked();
  return ended;
}

/** Ctrl-C ends the child of the moment, which then looks as if it had failed, or had nothing left to do. */
function endIfAsked() {
  if (stopping) process.exit(130);
}

/** @returns {Promise<{code: number | string | null, signal: NodeJS.Signals | null, output: string}>} */
function run(command, args, options) {
  return new Promise((resolve) => {
    let output = '';
    child = spawn(command, args, options);
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => resolve({ code: error.code, signal: null, output }));
    child.once('close', (code, signal) => resolve({ code, signal, output }));
  });
}

function again() {
  return task === 'start' || task === 'test' ? task : `run ${task}`;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
