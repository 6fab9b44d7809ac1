/** One request through one route: authorize, parse, handle, check the answer, send it. */
import { once } from 'node:events';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Logger } from '../config/logging.ts';
import type { EntityManager } from '../db/orm.ts';
import { authenticateCustomer, authenticateOperator, authenticateOrganization } from './auth.ts';
import { mayHoldUnstorableText, readBody } from './body.ts';
import { parseQuery } from './query-string.ts';
import { type CsvFile, csv, csvLine, type Passage, type PdfFile, passage, pdf, raw } from './replies.ts';
import type { Callers, RequestContext, Route } from './route.ts';
import type { Services } from './services.ts';
import { parsePart, refuseUnstorableText } from './validation.ts';

/** What the server keeps of a request while it answers. */
export type Locals = { requestId: string; log: () => Logger; caller?: Readonly<Record<string, string>> };
export type Answering = Response<unknown, Locals>;

export interface Backing {
  readonly orm: Pick<MikroORM, 'em'>;
  readonly services: Services;
}

/** Answers a request by its route. Throws `ApiError` for what is refused; nothing is read before the caller is known. */
export async function dispatch(route: Route, { orm, services }: Backing, req: Request, res: Answering): Promise<void> {
  const em = orm.em.fork();
  const at = new Date();
  const caller = await authenticate(route, em, req, services, at);
  res.locals.caller = names(caller);
  const body = route.body && (await readBody(route.body, route.isLarge, req, res));
  const context: RequestContext = {
    ...services,
    ...caller,
    em,
    log: res.locals.log,
    request: { id: res.locals.requestId, method: req.method, ip: req.ip ?? null, headers: req.headers, at },
  };
  const answer = await route.handle({
    ...context,
    params: parse('path', route.params, req.params),
    query: parse('query', route.query, parseQuery(queryText(req))),
    body: route.body === raw ? body : parseBody(route, body, !route.isLarge || mayHoldUnstorableText(req)),
  });
  await send(route, answer, services, res);
}

type Caller =
  | Callers['organization']
  | Callers['customer']
  | Callers['operator']
  | Callers['organization_or_operator']
  | Record<never, never>;

async function authenticate(
  route: Route,
  em: EntityManager,
  req: Request,
  { environment }: Services,
  at: Date,
): Promise<Caller> {
  switch (route.auth) {
    case 'organization':
      return authenticateOrganization(em, req.headers, route.scopes, at);
    case 'customer':
      return authenticateCustomer(em, req.headers, at, route);
    case 'operator':
      return authenticateOperator(req.headers, environment.OPERATOR_TOKEN);
    case 'organization_or_operator':
      return req.headers.authorization?.includes('polar_oat_')
        ? authenticateOrganization(em, req.headers, route.scopes, at)
        : { ...authenticateOperator(req.headers, environment.OPERATOR_TOKEN), organization: null, scopes: 'all' };
    case 'public':
      return {};
    default:
      return route.auth satisfies never;
  }
}

function names(caller: Caller): Record<string, string> {
  if ('organization' in caller) return caller.organization === null ? {} : { organizationId: caller.organization };
  if ('customer' in caller) return { organizationId: caller.customer.organizationId, customerId: caller.customer.id };
  return {};
}

function parse(
  part: 'path' | 'query' | 'body',
  schema: z.ZodType | undefined,
  given: unknown,
  isDoubtful = true,
): unknown {
  if (isDoubtful && (part !== 'body' || schema)) refuseUnstorableText(part, given);
  return schema && parsePart(part, schema, given);
}

/** Of large bodies only those are looked through that have a reason to be. */
function parseBody({ body: schema, plainly }: Route, given: unknown, isDoubtful: boolean): unknown {
  return (
    (isDoubtful ? null : plainly?.(given)) ?? parse('body', schema === raw ? undefined : schema, given, isDoubtful)
  );
}

function queryText(req: Request): string {
  const start = req.url.indexOf('?');
  return start < 0 ? '' : req.url.slice(start + 1);
}

async function send(route: Route, answer: unknown, { environment }: Services, res: Answering): Promise<void> {
  if (route.response === passage) return sendOn(answer as Passage, res);
  if (route.response === csv) return sendCsv(answer as CsvFile, res);
  if (route.response === pdf) return sendPdf(answer as PdfFile, res);
  if (environment.NODE_ENV !== 'production') check(route, route.response, answer);
  if (answer === undefined) res.status(statusOfNothing(route)).end();
  else res.status(route.status).type('json').send(JSON.stringify(answer));
}

/** Outside production an answer of the wrong shape is an error of ours, found before a client finds it. */
function check(route: Route, schema: z.ZodType, answer: unknown): void {
  const checked = schema.safeParse(answer);
  if (checked.success) return;
  throw new Error(`${route.method} ${route.path} answered in a wrong shape:\n${z.prettifyError(checked.error)}`);
}

function statusOfNothing({ response, status }: Route): number {
  if (response instanceof z.ZodOptional) return 202;
  return status === 200 ? 204 : status;
}

/** Nothing of it is kept, so that the next visit is another one. */
function sendOn(answer: Passage, res: Answering): void {
  res.setHeader('cache-control', 'no-store');
  if ('to' in answer) {
    res.redirect(302, answer.to);
    return;
  }
  if (answer.retryAfter !== undefined) res.setHeader('retry-after', String(answer.retryAfter));
  res.status(answer.status).type('html').send(answer.page);
}

function sendPdf({ filename, content }: PdfFile, res: Answering): void {
  res.status(200).attachment(filename).type('application/pdf').send(Buffer.from(content));
}

async function sendCsv({ filename, columns, rows }: CsvFile, res: Answering): Promise<void> {
  res.status(200).attachment(filename).type('text/csv');
  res.write(csvLine(columns));
  for await (const row of rows) {
    if (res.destroyed) return;
    if (!res.write(csvLine(row))) await Promise.race([once(res, 'drain'), once(res, 'close')]);
  }
  res.end();
}
