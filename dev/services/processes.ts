/** Child processes: each in a group of its own with its log in a file, started until ready, stopped without remains. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { keeper } from './keeper.ts';

export interface ProcessOptions {
  readonly name: string;
  /** A path, or how to find it at each start. */
  readonly command: string | (() => Promise<string>);
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the child. Default: this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Standard output and error are appended to this file. */
  readonly logFile: string;
  /** Asked every 50 ms until true; `log` is what the child has written since this start. */
  ready(log: string): boolean | Promise<boolean>;
  /** Runs before each start, so that what a killed predecessor left behind is mended on restarts too. */
  beforeStart?(): void | Promise<void>;
  readonly readyWithinMs?: number;
  /** The polite request to end. Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  readonly stopWithinMs?: number;
  /** Restart after a crash, after 1, 2, 4 … 30 s; each is said in one line. Default: never. */
  readonly restart?: boolean;
  readonly log?: (line: string) => void;
}

export interface Process {
  readonly name: string;
  readonly logFile: string;
  /** Of the running child, else undefined. */
  readonly pid: number | undefined;
  /** Resolves when it is ready; throws, with the last lines of its log, when it ends before or takes too long. */
  start(): Promise<void>;
  /** Asks it to end, then ends it and all it started. */
  stop(): Promise<void>;
  /** Sends the signal to the child and all it started and waits until it is gone; it is not restarted. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

const QUICK_DEATH_MS = 60_000;

export function createProcess(options: ProcessOptions): Process {
  const { name, logFile, log = () => {} } = options;
  let child: ChildProcess | undefined;
  let wanted = false;
  let crashes = 0;

  async function start(): Promise<void> {
    wanted = true;
    await options.beforeStart?.();
    const command = typeof options.command === 'string' ? options.command : await options.command();
    if (!wanted) throw new Error(`${name} was stopped before it started.`);
    if (child !== undefined) return;
    const from = sizeOf(logFile);
    const started = launch(command, options);
    child = started;
    const startedAt = Date.now();
    let ended = false;
    started.once('exit', (code, signal) => {
      ended = true;
      keeper.forget(started.pid);
      if (child === started) child = undefined;
      if (started.pid !== undefined) signalGroup(started.pid, 'SIGKILL');
      if (Date.now() - startedAt > QUICK_DEATH_MS) crashes = 0;
      if (wanted && up && options.restart === true) revive(`${signal ?? `exit code ${code}`}`);
    });
    started.once('error', (error) => {
      ended = true;
      if (child === started) child = undefined;
      log(`${name} cannot be run: ${error.message}`);
    });
    let up = false;
    const deadline = Date.now() + (options.readyWithinMs ?? 60_000);
    while (!ended && Date.now() < deadline) {
      if (await options.ready(readFrom(logFile, from))) {
        up = true;
        return;
      }
      await pause(50);
    }
    if (!wanted) throw new Error(`${name} was stopped while it started.`);
    wanted = false;
    const what = ended ? 'ended instead of starting' : 'did not become ready in time';
    if (!ended) await end(started, 'SIGKILL', 5_000);
    throw new Error(`${name} ${what}. The last lines of ${logFile}:\n${lastLines(readFrom(logFile, from))}`);
  }

  function revive(how: string): void {
    const seconds = Math.min(30, 2 ** crashes++);
    log(`${name} ended unexpectedly (${how}); starting it again in ${seconds} s. Its log: ${logFile}`);
    setTimeout(() => {
      if (wanted && child === undefined) start().catch((error: Error) => retry(error));
    }, seconds * 1000).unref();
  }

  function retry(error: Error): void {
    if (error.message.includes('was stopped')) return;
    wanted = true;
    revive(error.message.split('\n')[0] ?? 'unknown');
  }

  async function finish(signal: NodeJS.Signals, withinMs: number): Promise<void> {
    wanted = false;
    if (child !== undefined) await end(child, signal, withinMs);
  }

  return {
    name,
    logFile,
    get pid() {
      return child?.pid;
    },
    start,
    stop: () => finish(options.stopSignal ?? 'SIGTERM', options.stopWithinMs ?? 10_000),
    kill: (signal) => finish(signal, 30_000),
  };
}

function launch(command: string, options: ProcessOptions): ChildProcess {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const output = openSync(options.logFile, 'a');
  try {
    const child = spawn(command, [...options.args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      uid: options.user?.uid,
      gid: options.user?.gid,
      stdio: ['ignore', output, output],
      detached: true,
    });
    keeper.watch(child.pid);
    return child;
  } finally {
    closeSync(output);
  }
}

/** Ends a child that leads its own group: by `signal`, and by SIGKILL when `withinMs` have passed. */
async function end(child: ChildProcess, signal: NodeJS.Signals, withinMs: number): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const pid = child.pid;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // A polite request goes to the leader alone, which ends its own children in its own order.
  if (signal === 'SIGKILL') signalGroup(pid, signal);
  else child.kill(signal);
  const late = setTimeout(() => signalGroup(pid, 'SIGKILL'), withinMs);
  await gone;
  clearTimeout(late);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function readFrom(file: string, offset: number): string {
  return sizeOf(file) > offset ? readFileSync(file).subarray(offset).toString('utf8') : '';
}

/** Without the stack's own lines, so that the message is among the last. */
function lastLines(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
  return lines.slice(-15).join('\n') || '(nothing)';
}
