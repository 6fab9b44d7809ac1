/** Puts the routes on a server. */
import type { MikroORM } from '@mikro-orm/postgresql';
import express, { type Express, type Request } from 'express';
import type { Logger } from '../config/logging.ts';
import { accessLog } from './access-log.ts';
import { foreignOrigins, securityHeaders } from './browsers.ts';
import { type Answering, type Backing, dispatch } from './dispatch.ts';
import { embedding } from './embedding.ts';
import { answerFailure, nowhere, otherMethods } from './failures.ts';
import { healthz, readyz, readyzAll } from './health.ts';
import { openapiDocument } from './openapi.ts';
import { outbox } from './outbox/router.ts';
import { type PagesOptions, pages } from './pages.ts';
import { referencePage } from './reference-page.ts';
import type { Route } from './route.ts';
import type { Services } from './services.ts';

export interface AppOptions {
  readonly routes: readonly Route[];
  readonly orm: Pick<MikroORM, 'em'>;
  readonly services: Services;
  readonly log: Logger;
  readonly pages?: PagesOptions;
}

/** The Express app: routes, OpenAPI document and reference, health, pages. It listens to nothing yet. */
export function createApp({ routes, orm, services, log, pages: pagesOptions }: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', false);
  app.set('trust proxy', [...services.environment.TRUSTED_PROXIES]);
  app.enable('case sensitive routing');
  app.use(accessLog(log), securityHeaders(services.environment), foreignOrigins);
  app.get('/healthz', healthz);
  app.get('/readyz', readyz({ orm, services }));
  app.get('/readyz/all', readyzAll({ orm, services }));
  serveReference(app, routes, services.environment.PUBLIC_URL);
  app.use('/v1', (_req, res, next) => {
    res.setHeader('cache-control', 'no-store');
    next();
  });
  mount(app, routes, { orm, services });
  app.use(
    outbox({ orm, environment: services.environment }),
    embedding(orm, services.environment),
    pages(pagesOptions),
  );
  app.use(nowhere);
  app.use(answerFailure);
  return app;
}

function mount(app: Express, routes: readonly Route[], backing: Backing): void {
  for (const [path, onPath] of byPath(routes)) {
    const mounted = app.route(path.replaceAll(/\{(\w+)\}/g, ':$1'));
    for (const route of onPath) {
      mounted[route.method]((req: Request, res: Answering) => dispatch(route, backing, req, res));
    }
    mounted.all(otherMethods(onPath.map(({ method }) => method)));
  }
}

/** Paths with their routes, fixed words before parameters: `/export` before `/{id}`. */
function byPath(routes: readonly Route[]): [string, Route[]][] {
  const groups = Map.groupBy(routes, ({ path }) => path.replace(/(.)\/$/, '$1'));
  return [...groups].sort(([a], [b]) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

const sortKey = (path: string) => path.replaceAll(/\{\w+\}/g, '\uffff');

function serveReference(app: Express, routes: readonly Route[], url: string): void {
  let document: ReturnType<typeof openapiDocument> | undefined;
  const described = () => {
    document ??= openapiDocument(routes, url);
    return document;
  };
  app.get('/openapi.json', (_req, res) => {
    res.json(described());
  });
  app.get('/docs', (_req, res) => {
    res.type('html').send(referencePage(described()));
  });
}
