/** One system a home: the lock says who runs there, and is void when that process is gone. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { writeJson } from './files.ts';

const Holder = z.object({ pid: z.int(), startedAt: z.string(), ending: z.boolean() });
/** So long is one waited for that is ending already. */
const PATIENCE_MS = 30_000;

export interface Lock {
  /** Whether an earlier start ended without cleaning up. */
  readonly wasStale: boolean;
  /** The next start may wait for it instead of giving up. */
  ending(): void;
  release(): void;
}

/** Throws one line when another process runs in this home. */
export async function takeLock(home: string): Promise<Lock> {
  const file = join(home, 'lock');
  const me = { pid: process.pid, startedAt: startOf(process.pid) };
  const deadline = Date.now() + PATIENCE_MS;
  let wasStale = false;
  while (!create(file, { ...me, ending: false })) {
    const holder = holderOf(file);
    if (holder !== undefined && startOf(holder.pid) === holder.startedAt) {
      if (!holder.ending || Date.now() > deadline) throw new Error(alreadyRuns(home, holder.pid));
      await pause(100);
    } else if (existsSync(file)) {
      wasStale = true;
      rmSync(file, { force: true });
    }
  }
  const release = () => {
    const holder = holderOf(file);
    if (holder?.pid === me.pid && holder.startedAt === me.startedAt) rmSync(file, { force: true });
  };
  return { wasStale, ending: () => writeJson(file, { ...me, ending: true }), release };
}

function create(file: string, holder: z.infer<typeof Holder>): boolean {
  try {
    writeFileSync(file, JSON.stringify(holder), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

const alreadyRuns = (home: string, pid: number) =>
  `Perennial already runs in ${home} (process ${pid}): use that one, stop it with Ctrl-C, ` +
  'or set PERENNIAL_HOME and PORT to run a second one beside it.';

function holderOf(file: string): z.infer<typeof Holder> | undefined {
  try {
    return Holder.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Cut short in writing: nobody's.
    return undefined;
  }
}

/** When a living process was started, so that its id alone, which is used again, does not pass for it; '' when gone. */
function startOf(pid: number): string {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return '';
  }
  if (!existsSync('/proc/self/stat')) return 'alive';
  try {
    // The 22nd field; the 2nd, a name in parentheses, may contain spaces.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
