/** Small JSON files of the home: written whole or not at all, and for the owner's eyes. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { z } from 'zod';

/** Mode 600; a reader sees the old content or the new, never a part. */
export function writeJson(file: string, content: unknown): void {
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(partial, file);
}

/** undefined where there is no such file. Throws, naming the file, when its content is not as it must be. */
export function readJson<T>(file: string, schema: z.ZodType<T>): T | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Error(`${file} cannot be read (${error instanceof Error ? error.message : error}); move it away.`);
  }
}
