/** Which ports a system uses. The API's is asked for; the others are found once and stay with the home. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { freePort, isFree } from '../services/ports.ts';
import { readJson, writeJson } from './files.ts';

const Ports = z.object({ api: z.int(), postgres: z.int(), temporal: z.int(), temporalUi: z.int(), sandbox: z.int() });
export type Ports = z.infer<typeof Ports>;
type Name = keyof Ports;

export const PREFERRED: Readonly<Partial<Ports>> = {
  postgres: 54_329,
  temporal: 7_239,
  temporalUi: 8_239,
  sandbox: 12_111,
};
const NAMES: readonly Name[] = ['postgres', 'temporal', 'temporalUi', 'sandbox'];
/** So long may what a killed start left behind need to let go of its ports. */
const PATIENCE_MS = 5_000;

export interface Wishes {
  /** The API's port, exactly this one; undefined: any. */
  readonly api: number | undefined;
  /** Taken when they are free; else any. */
  readonly preferred: Readonly<Partial<Ports>>;
  /** Parts that run elsewhere need none. */
  readonly elsewhere: readonly Name[];
  /** Wait a moment for ports in use. */
  readonly patient: boolean;
  readonly log: (line: string) => void;
}

/** Throws one line when the API's port is taken. */
export async function choosePorts(home: string, wishes: Wishes): Promise<Ports> {
  const file = join(home, 'ports.json');
  const kept: Partial<Ports> = readJson(file, Ports) ?? {};
  const chosen: Ports = { api: 0, postgres: 0, temporal: 0, temporalUi: 0, sandbox: 0 };
  chosen.api = await apiPort(wishes, kept.api);
  for (const name of NAMES) {
    if (wishes.elsewhere.includes(name)) chosen[name] = kept[name] ?? 0;
    else chosen[name] = await portFor(name, kept[name], Object.values(chosen), wishes);
  }
  writeJson(file, chosen);
  return chosen;
}

async function apiPort({ api, patient }: Wishes, kept: number | undefined): Promise<number> {
  if (api !== undefined && api !== 0) {
    if (await frees(api, patient)) return api;
    throw new Error(
      `Port ${api} is taken by another program: set PORT to a free one, as in PORT=${api + 1} npm start.`,
    );
  }
  return kept !== undefined && (await frees(kept, patient)) ? kept : freePort();
}

async function portFor(name: Name, kept: number | undefined, used: readonly number[], wishes: Wishes): Promise<number> {
  if (kept !== undefined && kept !== 0) {
    if (await frees(kept, wishes.patient)) return kept;
    wishes.log(`Port ${kept} is taken by another program; ${name} gets another one.`);
  }
  const preferred = wishes.preferred[name];
  if (preferred !== undefined && !used.includes(preferred) && (await isFree(preferred))) return preferred;
  for (;;) {
    const port = await freePort();
    if (!used.includes(port)) return port;
  }
}

async function frees(port: number, patient: boolean): Promise<boolean> {
  const deadline = Date.now() + (patient ? PATIENCE_MS : 0);
  while (!(await isFree(port))) {
    if (Date.now() >= deadline) return false;
    await pause(100);
  }
  return true;
}
