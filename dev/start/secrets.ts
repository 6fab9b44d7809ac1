/** Secrets of one home: made at its first start, kept there with mode 600. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeJson } from './files.ts';

const Secrets = z.object({ operatorToken: z.string().min(24), webhookSecret: z.string().min(24) });
export type Secrets = z.infer<typeof Secrets>;

export function keptSecrets(home: string): Secrets {
  const file = join(home, 'secrets.json');
  const kept = readJson(file, Secrets);
  if (kept !== undefined) return kept;
  const made = { operatorToken: `operator_${random()}`, webhookSecret: `whsec_${random()}` };
  writeJson(file, made);
  return made;
}

const random = () => randomBytes(24).toString('base64url');
