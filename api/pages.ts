/** Serves the built pages: their files as they are, and index.html for every other page, which routes in the browser. */
import express, { type NextFunction, type Request, type Response } from 'express';

const BUILT = new URL('../web/dist/', import.meta.url).pathname;

export interface PagesOptions {
  /** Where the built pages are; default `web/dist`. */
  readonly folder?: string;
}

/** Names of files under assets/ change with their content, so that browsers may keep them. */
export function pages({ folder = BUILT }: PagesOptions = {}) {
  const router = express.Router();
  router.use(
    '/assets',
    express.static(`${folder}/assets`, { index: false, immutable: true, maxAge: '1y', fallthrough: true }),
  );
  router.use(express.static(folder, { index: false, dotfiles: 'ignore' }));
  router.use((req: Request, res: Response, next: NextFunction) => {
    if (!isPage(req)) return next();
    res.sendFile(
      'index.html',
      { root: folder, cacheControl: false, headers: { 'cache-control': 'no-cache' } },
      (error) => (error && !res.headersSent ? next() : undefined),
    );
  });
  return router;
}

const isPage = (req: Request) =>
  (req.method === 'GET' || req.method === 'HEAD') &&
  !/^\/(v1|assets)(\/|$)/.test(req.path) &&
  !/\.\w{1,8}$/.test(req.path) &&
  req.accepts('html') === 'html';
