/** Lets the page that a checkout was opened for show it in a frame: that page's origin, and no other. */
import type { MikroORM } from '@mikro-orm/postgresql';
import type { NextFunction, Request, Response } from 'express';
import type { Environment } from '../config/environment.ts';
import { framedBy } from './browsers.ts';

const CHECKOUT_PAGE = /^\/checkout\/(polar_c_[\w-]{1,128})(\/|$)/;

/** All pages of such a checkout: 3-D Secure leads away from the first, and back to the second. */
export function embedding(orm: Pick<MikroORM, 'em'>, settings: Pick<Environment, 'STRIPE_API_URL' | 'PUBLIC_URL'>) {
  return async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    const secret = CHECKOUT_PAGE.exec(req.path)?.[1];
    if (secret !== undefined && req.method === 'GET') {
      const [found] = await orm.em
        .fork()
        .getConnection()
        .execute<{ embed_origin: string | null }[]>('select embed_origin from checkouts where client_secret = ?', [
          secret,
        ]);
      if (found?.embed_origin) {
        res.set(framedBy(found.embed_origin, settings));
        res.removeHeader('x-frame-options');
      }
    }
    next();
  };
}
