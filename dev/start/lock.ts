/** One system a home: the lock says who runs there, and is void when that process is gone. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Holder = z.object({ pid: z.int(), startedAt: z.string() });

export interface Lock {
  /** Whether an earlier start ended without cleaning up. */
  readonly wasStale: boolean;
  release(): void;
}

/** Throws one line when another process runs in this home. */
export function takeLock(home: string): Lock {
  const file = join(home, 'lock');
  const mine = JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) });
  let wasStale = false;
  for (;;) {
    try {
      writeFileSync(file, mine, { flag: 'wx' });
      return { wasStale, release: () => release(file, mine) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = holderOf(file);
    if (holder !== undefined && startOf(holder.pid) === holder.startedAt) {
      throw new Error(
        `Perennial already runs in ${home} (process ${holder.pid}): use that one, stop it with Ctrl-C, ` +
          'or set PERENNIAL_HOME and PORT to run a second one beside it.',
      );
    }
    wasStale = true;
    rmSync(file, { force: true });
  }
}

function holderOf(file: string): z.infer<typeof Holder> | undefined {
  try {
    return Holder.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Cut short in writing: nobody's.
    return undefined;
  }
}

function release(file: string, mine: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === mine) rmSync(file, { force: true });
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
