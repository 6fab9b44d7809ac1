/**
 * `/healthz`: the process lives. `/readyz`: its database answers, so that it may get traffic; events, license keys and the
 * processor's webhook need no more, and are not to go the way of a worker that was stopped. `/readyz/all`: nothing is missing.
 */
import type { Request } from 'express';
import type { Answering, Backing } from './dispatch.ts';

const PATIENCE_MS = 3_000;

export function healthz(_req: Request, res: Answering): void {
  res.json({ status: 'ok' });
}

type Checks = Readonly<Record<string, () => Promise<unknown>>>;

export const readyz = ({ orm }: Backing) => answering(checksOf(orm));

export const readyzAll = ({ orm, services }: Backing) => answering({ ...checksOf(orm), ...services.readiness });

const checksOf = (orm: Backing['orm']): Checks => ({
  database: () => orm.em.fork().getConnection().execute('select 1'),
});

/** 200 when each answers within 3 s, else 503; by name, either way. */
function answering(checks: Checks) {
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
