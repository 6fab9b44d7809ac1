/** Where a machine's time goes: what each part of a system, with its children, has used of the processors. Linux only. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The kernel counts in hundredths of a second for programs, whatever its own clock. */
const TICK_MS = 10;

interface Spent {
  readonly parent: number;
  readonly ms: number;
}

/** Milliseconds of processor time so far by name; empty where the system doesn't tell. */
export function processorTime(parts: Readonly<Record<string, number | undefined>>): Map<string, number> {
  const processes = existsSync('/proc/self/stat') ? all() : new Map<number, Spent>();
  const of = (pid: number): number =>
    (processes.get(pid)?.ms ?? 0) +
    [...processes].filter(([, { parent }]) => parent === pid).reduce((sum, [child]) => sum + of(child), 0);
  return new Map(
    Object.entries(parts)
      .filter((part): part is [string, number] => part[1] !== undefined && processes.has(part[1]))
      .map(([name, pid]) => [name, of(pid)]),
  );
}

function all(): Map<number, Spent> {
  const found = new Map<number, Spent>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      // The name, in brackets, may hold anything; the fields after it are fixed: state, parent, …, utime, stime.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      found.set(Number(pid), { parent: Number(fields[1]), ms: (Number(fields[11]) + Number(fields[12])) * TICK_MS });
    } catch {
      // It has just ended.
    }
  }
  return found;
}
