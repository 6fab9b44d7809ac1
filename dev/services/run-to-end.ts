/** Runs a command that ends by itself (an installer, a build, a migration) and ends with this process if it must. */
import { spawn } from 'node:child_process';
import { keeper } from './keeper.ts';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly input?: string;
  readonly signal?: AbortSignal | undefined;
  readonly withinMs?: number;
}

/** What it wrote, output and error together. Throws an error with its last lines when its exit code is not 0. */
export async function runToEnd(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  options.signal?.throwIfAborted();
  const child = spawn(command, [...args], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    uid: options.user?.uid,
    gid: options.user?.gid,
    stdio: 'pipe',
    detached: true,
  });
  keeper.watch(child.pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const endGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  options.signal?.addEventListener('abort', endGroup, { once: true });
  const late = options.withinMs === undefined ? undefined : setTimeout(endGroup, options.withinMs);
  try {
    const code = await new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exit, signal) => resolve(signal ?? String(exit)));
    });
    options.signal?.throwIfAborted();
    if (code === '0') return output;
    const tail = output.trimEnd().split('\n').slice(-15).join('\n');
    throw new Error(`${command.split('/').at(-1)} ${args[0] ?? ''} ended with ${code}:\n${tail}`);
  } finally {
    clearTimeout(late);
    options.signal?.removeEventListener('abort', endGroup);
    keeper.forget(child.pid);
  }
}
