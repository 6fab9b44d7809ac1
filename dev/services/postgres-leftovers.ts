/** What a killed Postgres leaves behind: processes that still hold its shared memory, and its lock file. */
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const OWN_EXIT_MS = 3_000;

/** Ends processes of an earlier Postgres on this data directory and removes its lock; the data recovers by itself. */
export async function clearLeftovers(data: string): Promise<void> {
  if (!existsSync(data)) return;
  const lock = join(data, 'postmaster.pid');
  const leader = existsSync(lock) ? Number.parseInt(readFileSync(lock, 'utf8'), 10) : Number.NaN;
  // Backends end by themselves when their postmaster has died; a postmaster that lives is asked for a fast shutdown.
  if (processesIn(data).includes(leader)) send(leader, 'SIGINT');
  const deadline = Date.now() + OWN_EXIT_MS;
  while (processesIn(data).length > 0 && Date.now() < deadline) await pause(20);
  for (const pid of processesIn(data)) send(pid, 'SIGKILL');
  while (processesIn(data).length > 0) await pause(20);
  // Its process id may belong to another program by now, which would make Postgres refuse to start.
  rmSync(lock, { force: true });
}

/**
 * Postgres's processes all stand in their data directory, where others may stand too: somebody's shell, say. Without
 * /proc none is found, and Postgres waits by itself.
 */
function processesIn(data: string): number[] {
  if (!existsSync('/proc/self/cwd')) return [];
  const place = realpathSync(data);
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
        return name === 'postgres' && readlinkSync(`/proc/${pid}/cwd`) === place;
      } catch {
        return false;
      }
    })
    .map(Number);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}
