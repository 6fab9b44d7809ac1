/** Runs the sandbox Stripe until it is told to stop: `node dev/sandbox/stripe/main.ts`. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { startStripeSandbox } from './server.ts';

const Environment = z.object({
  SANDBOX_PORT: z.coerce.number().int().min(0).max(65535),
  SANDBOX_HOST: z.string().default('127.0.0.1'),
  SANDBOX_STATE: z.string().min(1),
  SANDBOX_WEBHOOK_URL: z.url().optional(),
  SANDBOX_WEBHOOK_SECRET: z.string().min(1).optional(),
  SANDBOX_PUBLIC_URL: z.url().optional(),
});

const environment = Environment.safeParse(
  Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== '')),
);
if (!environment.success) {
  console.error(z.prettifyError(environment.error));
  process.exit(1);
}
const { data } = environment;
mkdirSync(dirname(data.SANDBOX_STATE), { recursive: true });
const sandbox = await startStripeSandbox({
  port: data.SANDBOX_PORT,
  host: data.SANDBOX_HOST,
  statePath: data.SANDBOX_STATE,
  webhookUrl: data.SANDBOX_WEBHOOK_URL,
  webhookSecret: data.SANDBOX_WEBHOOK_SECRET,
  publicUrl: data.SANDBOX_PUBLIC_URL,
});
console.log(`sandbox Stripe at ${sandbox.url}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.close());
