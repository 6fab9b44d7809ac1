/** The end of every request that fails: what is refused is said in the peer's shape, all else is logged and kept quiet. */
import { ConnectionException } from '@mikro-orm/core';
import { ServiceError } from '@temporalio/client';
import type { NextFunction, Request } from 'express';
import { z } from 'zod';
import { TaxAddressRefused, TaxUnavailable } from '../tax/provider.ts';
import { EventsAway } from '../usage/event-store-in-use.ts';
import { TooBusy } from '../usage/event-writer.ts';
import type { Answering } from './dispatch.ts';
import {
  ApiError,
  conflict,
  internalError,
  invalid,
  notFound,
  TAXES_AWAY,
  unavailable,
  unprocessable,
} from './errors.ts';

/** 404 for what no route, file or page answers to. */
export function nowhere(): never {
  throw notFound();
}

/** 405 where the path exists, but not with this method. */
export function otherMethods(methods: readonly string[]) {
  const allow = methods.map((method) => method.toUpperCase()).join(', ');
  return (): never => {
    throw new ApiError(405, 'MethodNotAllowed', `This path takes ${allow}.`, { allow });
  };
}

/** Express's error handler; known by its four parameters. */
export function answerFailure(error: unknown, _req: Request, res: Answering, _next: NextFunction): void {
  const refusal = refusalOf(error);
  if (refusal.status >= 500) res.locals.log().error({ err: error }, 'request failed');
  else if (refusal !== error) res.locals.log().warn({ err: error }, 'request refused late');
  if (res.headersSent) {
    res.destroy();
    return;
  }
  res.status(refusal.status).set(refusal.headers).type('json').send(JSON.stringify(refusal));
}

const NO_SUCH_PLACE = 'The tax can’t be told for this address: look at the postal code and the state.';

const HttpError = z.object({ status: z.int().min(400).max(499) });
const PostgresError = z.object({ code: z.string().regex(/^[0-9A-Z]{5}$/) });
const NetworkError = z.object({ code: z.enum(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']) });

function refusalOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof TaxUnavailable) return unavailable(TAXES_AWAY);
  if (error instanceof TooBusy || error instanceof EventsAway) return unavailable();
  if (error instanceof TaxAddressRefused) return invalid(['body', 'customer_billing_address'], NO_SUCH_PLACE);
  if (error instanceof ServiceError) return unavailable();
  if (error instanceof ConnectionException || NetworkError.safeParse(error).success) return unavailable();
  const http = HttpError.safeParse(error);
  if (http.success) return new ApiError(http.data.status, 'BadRequest', 'The request could not be read.');
  const postgres = PostgresError.safeParse(error);
  return postgres.success ? refusalOfDatabase(postgres.data.code) : internalError();
}

/** The database is the last to refuse what no schema caught; codes are Postgres's classes of errors. */
function refusalOfDatabase(code: string): ApiError {
  switch (code.slice(0, 2)) {
    case '22':
      return unprocessable({ loc: ['body'], msg: 'A value is out of range', type: 'value_error' });
    case '23':
      return conflict('This would contradict what is stored, or has just been stored.');
    case '08':
    case '40':
    case '53':
    case '57':
      return unavailable();
    default:
      return internalError();
  }
}
