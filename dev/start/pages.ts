/** Builds the pages when a source is newer than what was built. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runToEnd } from '../services/run-to-end.ts';

const root = new URL('../..', import.meta.url).pathname;
const built = join(root, 'web/dist');

/** Whether it built anything. Built aside and moved in place, so that two at once do no harm and pages never lack. */
export async function buildPages(signal: AbortSignal | undefined): Promise<boolean> {
  const index = statSync(join(built, 'index.html'), { throwIfNoEntry: false });
  if (index !== undefined && index.mtimeMs >= newest()) return false;
  const aside = join(root, 'node_modules/.cache', `perennial-pages-${process.pid}`);
  mkdirSync(dirname(aside), { recursive: true });
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  try {
    const args = [vite, 'build', 'web', '--outDir', aside, '--emptyOutDir'];
    await runToEnd(process.execPath, args, { cwd: root, env: { ...process.env, NODE_ENV: 'production' }, signal });
    if (existsSync(built)) renameSync(built, `${aside}-old`);
    renameSync(aside, built);
  } finally {
    rmSync(aside, { recursive: true, force: true });
    rmSync(`${aside}-old`, { recursive: true, force: true });
  }
  return true;
}

/** When a source of the pages was last written, in ms. */
function newest(): number {
  const sources = readdirSync(join(root, 'web'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(built));
  return Math.max(...[...sources, join(root, 'package-lock.json')].map((file) => statSync(file).mtimeMs));
}
