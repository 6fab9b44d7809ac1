/** Gives each request an id and a logger, and writes one line when it is answered: no tokens, no query, no bodies. */
import { randomUUID } from 'node:crypto';
import type { NextFunction, Request } from 'express';
import type { Logger } from '../config/logging.ts';
import type { Answering } from './dispatch.ts';

const SANE = /^[\w.:-]{1,128}$/;
const QUIET = new Set(['/healthz', '/readyz', '/readyz/all']);

/** `x-request-id` is taken over where it is a short plain word, else a new one is made; it comes back either way. */
export function accessLog(log: Logger) {
  // These lines hold nothing to redact, and looking for it would cost as much as all the rest of a request.
  const lines = log.child({}, { redact: [] });
  return (req: Request, res: Answering, next: NextFunction): void => {
    const given = req.get('x-request-id');
    const requestId = given && SANE.test(given) ? given : randomUUID();
    const started = process.hrtime.bigint();
    const { method } = req;
    const path = hideSecrets(req.path);
    res.locals.requestId = requestId;
    // Made when something is to be said: most requests have nothing to say but their line.
    res.locals.log = () => log.child({ requestId, ...res.locals.caller });
    res.setHeader('x-request-id', requestId);
    res.once('close', () => {
      const milliseconds = Number(process.hrtime.bigint() - started) / 1e6;
      const { statusCode: status, writableFinished: finished, locals } = res;
      const line = { requestId, ...locals.caller, method, path, status, milliseconds, finished };
      if (QUIET.has(path)) lines.debug(line, 'request');
      else lines.info(line, 'request');
    });
    next();
  };
}

/** Some paths carry the secret that opens what they name. */
const hideSecrets = (path: string) =>
  path.replace(/(\/(?:checkouts\/client|checkout|portal|claim|documents)\/)[^/]+/, '$1[redacted]').slice(0, 500);
