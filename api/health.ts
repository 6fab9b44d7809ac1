/** `/healthz`: the process lives. `/readyz`: all that it needs answers, so that it may get traffic. */
import type { Request } from 'express';
import type { Answering, Backing } from './dispatch.ts';

const PATIENCE_MS = 3_000;

export function healthz(_req: Request, res: Answering): void {
  res.json({ status: 'ok' });
}

/** 200 when the database and each of the services' own checks answer within 3 s, else 503; by name, either way. */
export function readyz({ orm, services }: Backing) {
  const checks: Readonly<Record<string, () => Promise<unknown>>> = {
    database: () => orm.em.fork().getConnection().execute('select 1'),
    ...services.readiness,
  };
  return async (_req: Request, res: Answering): Promise<void> => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]): Promise<[string, 'ok' | 'failed']> => {
        try {
          await within(PATIENCE_MS, check());
          return [name, 'ok'];
        } catch (err) {
          res.locals.log().warn({ err, check: name }, 'not ready');
          return [name, 'failed'];
        }
      }),
    );
    const isReady = results.every(([, result]) => result === 'ok');
    res
      .status(isReady ? 200 : 503)
      .json({ status: isReady ? 'ready' : 'not ready', checks: Object.fromEntries(results) });
  };
}

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`No answer within ${milliseconds} ms`)), milliseconds);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
