/** `node worker/bundle.ts FILE`: bundles the workflows once, at build time, for workers in production. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

export const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));

if (import.meta.main) {
  const file = process.argv[2];
  if (file === undefined) throw new Error('Name the file to write: node worker/bundle.ts dist/workflows.js');
  const { code } = await bundleWorkflowCode({ workflowsPath });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, code);
}
