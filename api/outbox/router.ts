/**
 * The outbox, for development: all e-mails of all organizations, readable by whoever reaches the port. It is there only
 * where `OUTBOX_PAGE` is set, which production refuses.
 */
import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import type { Environment } from '../../config/environment.ts';
import { openLink } from '../../db/email-links.ts';
import { Email, type EmailRow } from '../../db/entities/email.ts';
import type { EntityManager } from '../../db/orm.ts';
import { notFound } from '../errors.ts';
import { emailPage, FRAME_MAY, htmlOf } from './email.ts';
import { listPage } from './list.ts';
import { OUTBOX } from './shell.ts';

interface Behind {
  readonly orm: { readonly em: EntityManager };
  readonly environment: Environment;
}

const Query = z.object({
  to: z.string().trim().max(254).catch(''),
  page: z.coerce.number().int().min(1).max(1_000_000).catch(1),
  width: z.literal('narrow').optional().catch(undefined),
});

export function outbox({ orm, environment }: Behind): Router {
  const router = express.Router();
  // Nothing of it, whatever the pages of the browser would make of the address.
  if (!environment.OUTBOX_PAGE || environment.NODE_ENV === 'production') {
    router.use('/dev', () => {
      throw notFound();
    });
    return router;
  }
  router.use(OUTBOX, (_req, res, next) => {
    res.setHeader('cache-control', 'no-store');
    next();
  });
  router.get(OUTBOX, async (req, res) => {
    res.type('html').send(await listPage(orm.em.fork(), asked(req)));
  });
  router.get(`${OUTBOX}/:id`, async (req, res) => {
    const { email } = await found(orm.em, req);
    res.type('html').send(emailPage(email, environment, asked(req).width === 'narrow'));
  });
  router.get(`${OUTBOX}/:id/html`, async (req, res: Response) => {
    const { email } = await found(orm.em, req);
    const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; sandbox ${FRAME_MAY}`;
    res.set('content-security-policy', `${policy}; frame-ancestors 'self'`).type('html').send(htmlOf(email));
  });
  router.get(`${OUTBOX}/:id/open`, async (req, res) => {
    const { email, em } = await found(orm.em, req);
    // With a key made at this moment, as a sending would.
    const link = await em.transactional((tx) => openLink(tx, email, environment.PUBLIC_URL));
    if (link === null || link === 'over') throw notFound();
    res.redirect(303, link.href);
  });
  return router;
}

/** The app parses no queries by itself. */
const asked = ({ url }: Request) => Query.parse(Object.fromEntries(new URL(url, 'http://outbox').searchParams));

async function found(em: EntityManager, req: Request): Promise<{ em: EntityManager; email: EmailRow }> {
  const id = z.uuid().safeParse(req.params['id']);
  if (!id.success) throw notFound();
  const fork = em.fork();
  const email = await fork.findOne(Email, id.data, { populate: ['organization', 'customer'] });
  if (email === null) throw notFound();
  return { em: fork, email: email as EmailRow };
}
