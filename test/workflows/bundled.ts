/** The workflows' bundle, which takes seconds to make: once for all test files. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { workflowsPath } from '../../worker/bundle.ts';

/** Kept beside other temporary files for as long as its sources stay the same. */
export async function bundledWorkflows(): Promise<{ readonly codePath: string }> {
  const hash = createHash('sha256');
  for (const room of ['workflows', 'billing']) {
    const folder = new URL(`../../${room}/`, import.meta.url).pathname;
    for (const file of readdirSync(folder).sort()) hash.update(file).update(readFileSync(join(folder, file)));
  }
  const codePath = join(tmpdir(), `perennial-workflows-${hash.digest('hex').slice(0, 16)}.js`);
  if (existsSync(codePath)) return { codePath };
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  // Several test files may do so at once.
  writeFileSync(`${codePath}.${process.pid}`, code);
  renameSync(`${codePath}.${process.pid}`, codePath);
  return { codePath };
}
