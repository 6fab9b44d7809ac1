/** Everything the processes read from their environment, parsed once; an error names its variable. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

const flag = z.stringbool().default(false);
const webUrl = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' });

/** Examples show how a key begins; so does who has copied one. */
const filledIn = (given: string) => !/(\.\.\.|…)$/.test(given);
const TO_BE_FILLED_IN = 'is still to be filled in';

const RANGES: readonly string[] = ['loopback', 'linklocal', 'uniquelocal'];
const isNetwork = (given: string) => isIP(given.replace(/\/.*/, '')) > 0 && ipaddr.isValidCIDR(given);
const isProxy = (given: string) => RANGES.includes(given) || isIP(given) > 0 || isNetwork(given);

const proxies = z
  .string()
  .transform((given) => given.split(',').map((one) => one.trim()))
  .refine((given) => given.every(isProxy), `must be addresses, networks (10.0.0.0/8), or ${RANGES.join(', ')}`);

const Environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  /** Postgres, the record of what happened. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(20),
  /** Temporal, the process: host:port of its frontend. */
  TEMPORAL_ADDRESS: z.string().min(3).default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  /** Encrypted, as it also is where a key or a certificate is given. */
  TEMPORAL_TLS: flag,
  TEMPORAL_API_KEY: z.string().min(1).optional(),
  /** Who vouches for its certificate, where the system doesn't know them; and what it is shown of us. PEM files. */
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: z.string().optional(),
  TEMPORAL_TLS_CLIENT_CERT_PATH: z.string().optional(),
  TEMPORAL_TLS_CLIENT_KEY_PATH: z.string().optional(),
  /** API and pages. */
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  /** Whose word is taken for where a request comes from (`x-forwarded-for`). */
  TRUSTED_PROXIES: proxies.default([...RANGES]),
  /** Where customers reach the pages; links in checkouts and e-mails start with it. Default: this process's own port. */
  PUBLIC_URL: webUrl.transform((url) => url.replace(/\/+$/, '')).optional(),
  /** The card processor. `STRIPE_API_URL` points at the sandbox in development and is unset against Stripe itself. */
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^(sk|rk)_/, 'must be a Stripe secret key (sk_…)')
    .refine(filledIn, TO_BE_FILLED_IN),
  STRIPE_PUBLISHABLE_KEY: z
    .string()
    .regex(/^pk_/, 'must be a Stripe publishable key (pk_…)')
    .refine(filledIn, TO_BE_FILLED_IN),
  STRIPE_WEBHOOK_SECRET: z.string().min(1).refine(filledIn, TO_BE_FILLED_IN),
  STRIPE_API_URL: webUrl.optional(),
  /** Who knows the taxes: a table of rates that comes along, or Stripe Tax. */
  TAX_PROVIDER: z.enum(['table', 'stripe']).default('table'),
  /** A token that may create organizations and their first tokens; none: only the command line can. */
  OPERATOR_TOKEN: z.string().min(24).optional(),
  /** Lets webhooks go to loopback and private addresses; for development. */
  WEBHOOKS_ALLOW_PRIVATE_ADDRESSES: flag,
  /** How long after its first attempt a webhook is tried again, in ms; each further retry waits three times as long. */
  WEBHOOKS_FIRST_RETRY_MS: z.coerce.number().int().min(1).max(3_600_000).default(10_000),
  /** For how many whole months events are kept where they are read; none: for good. */
  EVENTS_KEEP_MONTHS: z.coerce.number().int().min(1).max(1200).optional(),
  /** Where events are read once they have been moved there: `http(s)://user:password@host:8123/database`; none: Postgres. */
  CLICKHOUSE_URL: z
    .url({ protocol: /^https?$/, error: 'must be http(s)://user:password@host:port/database' })
    .refine(
      (url) => new URL(url).pathname.length > 1,
      'must name a database: http(s)://user:password@host:port/database',
    )
    .optional(),
  /** Where events are to be read where there is a ClickHouse: there, or in Postgres, to which they are then brought back. */
  EVENT_STORE: z.enum(['postgres', 'clickhouse']).optional(),
  /** How e-mails to customers go out, and from whom (`Shop <shop@example.com>`); without, they are only kept. */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  EMAIL_FROM: z.string().min(3).optional(),
  /** Shows all e-mails at `/dev/emails` to whoever asks; for development, and refused in production. */
  OUTBOX_PAGE: flag,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

const Complete = Environment.refine(({ SMTP_URL, EMAIL_FROM }) => SMTP_URL === undefined || EMAIL_FROM !== undefined, {
  path: ['EMAIL_FROM'],
  error: 'is needed where SMTP_URL is set',
})
  .refine(({ EVENT_STORE, CLICKHOUSE_URL }) => EVENT_STORE !== 'clickhouse' || CLICKHOUSE_URL !== undefined, {
    path: ['CLICKHOUSE_URL'],
    error: 'is needed where EVENT_STORE=clickhouse',
  })
  .refine(
    ({ TEMPORAL_TLS_CLIENT_CERT_PATH: crt, TEMPORAL_TLS_CLIENT_KEY_PATH: key }) =>
      (crt === undefined) === (key === undefined),
    {
      path: ['TEMPORAL_TLS_CLIENT_KEY_PATH'],
      error: 'is needed with TEMPORAL_TLS_CLIENT_CERT_PATH, and the other way round',
    },
  )
  .refine(({ NODE_ENV, OUTBOX_PAGE }) => NODE_ENV !== 'production' || !OUTBOX_PAGE, {
    path: ['OUTBOX_PAGE'],
    error: 'shows everybody’s e-mails and is refused in production',
  });

export type Environment = z.infer<typeof Environment> & { readonly PUBLIC_URL: string };

/** Reads the environment. Throws one error that lists each variable that is missing or wrong, by name. */
export function readEnvironment(source: NodeJS.ProcessEnv = process.env): Environment {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = Complete.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The environment is not complete:\n${lines.join('\n')}\nSee .env.example.`);
  }
  return { ...parsed.data, PUBLIC_URL: parsed.data.PUBLIC_URL ?? `http://127.0.0.1:${parsed.data.PORT}` };
}
