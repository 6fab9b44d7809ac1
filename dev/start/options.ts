/** What `npm start` can be told by its environment. */
import { z } from 'zod';
import type { SystemOptions } from '../system.ts';

const Options = z.object({
  PORT: z.coerce.number('must be a port number').int().min(1).max(65_535).default(3000),
  PERENNIAL_HOME: z.string().default(new URL('../../.perennial', import.meta.url).pathname),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgresql:// URL' }).optional(),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^/\s]+:\d+$/, 'must be host:port')
    .optional(),
  TEMPORAL_NAMESPACE: z.string().default('default'),
});

/** Throws one error that names each variable that is wrong. */
export function readOptions(source: NodeJS.ProcessEnv = process.env) {
  const parsed = Options.safeParse(Object.fromEntries(Object.entries(source).filter(([, value]) => value !== '')));
  if (!parsed.success) {
    throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('\n'));
  }
  const { PORT, PERENNIAL_HOME, DATABASE_URL, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE } = parsed.data;
  return {
    home: PERENNIAL_HOME,
    port: PORT,
    usualPorts: true,
    databaseUrl: DATABASE_URL,
    temporalAddress: TEMPORAL_ADDRESS,
    temporalNamespace: TEMPORAL_NAMESPACE,
    pages: true,
    restart: true,
  } satisfies SystemOptions;
}
