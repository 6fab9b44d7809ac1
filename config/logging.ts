/** Structured logs: one JSON line each, on standard output, without secrets. */
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Environment } from './environment.ts';
import { discreet, loggedError } from './logged-errors.ts';

export type { Logger };

/** Keys whose values never reach a log, wherever they stand up to three levels deep. */
const SECRET = [
  'authorization',
  'cookie',
  'token',
  'access_token',
  'customer_session_token',
  'tokenHash',
  'secret',
  'client_secret',
  'clientSecret',
  'intentClientSecret',
  'confirmation_token_id',
  'confirmationToken',
  'key',
  'password',
  'card',
  'payment_method_data',
];

/** The process's logger; `process` names it (`api`, `worker`). Children add request, organization and workflow ids. */
export function createLogger(
  environment: Pick<Environment, 'LOG_LEVEL' | 'NODE_ENV'>,
  process: string,
  destination?: DestinationStream,
): Logger {
  const options = {
    level: environment.LOG_LEVEL,
    base: { process },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    // Ours are under `err`, those of Temporal's SDK under `error`; some of its messages quote one.
    serializers: {
      err: (error: unknown) => loggedError(error),
      error: (error: unknown) => loggedError(error),
      msg: discreet,
    },
    redact: {
      paths: SECRET.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
      censor: '[redacted]',
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
