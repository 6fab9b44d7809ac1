/** How a route is declared: once. Validation, the handler's types and the OpenAPI document all come from it. */
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { CustomerId, MemberId, OrganizationId } from '../billing/ids.ts';
import type { Logger } from '../config/logging.ts';
import type { MemberRole } from '../db/entities/member.ts';
import type { EntityManager } from '../db/orm.ts';
import type { Scope } from '../schemas/scopes.ts';
import type { Csv, CsvFile, Passage, PassageKind, Pdf, PdfFile, Raw } from './replies.ts';
import type { Services } from './services.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Who may call: an organization's token, a customer's session, the operator of this installation, anybody. */
export type Auth = 'organization' | 'customer' | 'operator' | 'organization_or_operator' | 'public';

/** Statuses that a route refuses with, besides 401, 403 for scopes, 413 and 422, which any may have. */
export type Refusal = 400 | 402 | 403 | 404 | 409 | 410 | 412 | 429;

type Input = z.ZodType | undefined;
type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
export type BodyKind = z.ZodType | Raw | undefined;
type ParsedBody<Body> = Body extends Raw ? Buffer : Parsed<Body>;
export type ResponseKind = z.ZodType | Csv | Pdf | PassageKind;
/** What the handler returns: the JSON's value, a CSV or PDF file, where a browser goes, or nothing. */
type Answer<Response> = Response extends z.ZodType
  ? z.output<Response>
  : Response extends Csv
    ? CsvFile
    : Response extends Pdf
      ? PdfFile
      : Response extends PassageKind
        ? Passage
        : never;

/** Whom the request speaks for, by kind of authorization. */
export interface Callers {
  organization: {
    readonly organization: OrganizationId;
    readonly scopes: readonly Scope[];
    /** When the token it calls with ends. */
    readonly tokenExpiresAt: Date | null;
  };
  customer: {
    readonly customer: { readonly id: CustomerId; readonly organizationId: OrganizationId };
    /** Who acts for the customer: the member who is signed in, else the owner. */
    readonly person: { readonly id: MemberId | null; readonly role: MemberRole; readonly isMember: boolean };
  };
  operator: { readonly operator: true };
  /** The operator may do anything for any organization. */
  organization_or_operator: {
    readonly organization: OrganizationId | null;
    readonly scopes: readonly Scope[] | 'all';
    /** Of an organization's token. */
    readonly tokenExpiresAt?: Date | null;
  };
  public: unknown;
}

interface Scoping {
  /** Any one of them is enough. */
  organization: { readonly scopes: readonly [Scope, ...Scope[]] };
  customer: { readonly scopes?: undefined };
  operator: { readonly scopes?: undefined };
  organization_or_operator: { readonly scopes: readonly [Scope, ...Scope[]] };
  public: { readonly scopes?: undefined };
}

/** What a handler knows besides its caller and the parsed input. */
export interface RequestContext extends Services {
  /** A fork for this request alone. */
  readonly em: EntityManager;
  /** Says who has called, and in which request. */
  readonly log: () => Logger;
  readonly request: {
    readonly id: string;
    /** In capitals; HEAD comes to the routes of GET. */
    readonly method: string;
    readonly ip: string | null;
    readonly headers: IncomingHttpHeaders;
    /** When it came in. */
    readonly at: Date;
  };
}

export interface Definition<
  A extends Auth,
  Params extends Input,
  Query extends Input,
  Body extends BodyKind,
  Response extends ResponseKind,
> {
  readonly method: Method;
  /** As in OpenAPI, `{id}` for parameters; with and without a slash at the end is the same. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly description?: string;
  /** The heading under which the reference shows it. */
  readonly tag: string;
  readonly auth?: A;
  /** Of a customer's routes: plain members of a team may call it too, and see what is theirs. */
  readonly forMembers?: boolean;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** Knows bodies that are plainly right at a glance, as what the schema would make of them; null: let it look. */
  readonly plainly?: (given: unknown) => ParsedBody<Body> | null;
  /** Bodies of up to 16 MB rather than 1. */
  readonly isLarge?: true;
  /** One that is optional, and not there, is answered with 202: it is still being made. */
  readonly response: Response;
  /** Of a good answer; default 200. */
  readonly status?: 200 | 201 | 202 | 204;
  readonly errors?: readonly Refusal[];
  handle(
    context: RequestContext &
      Callers[A] & {
        readonly params: Parsed<Params>;
        readonly query: Parsed<Query>;
        readonly body: ParsedBody<Body>;
      },
  ): Answer<Response> | Promise<Answer<Response>>;
}

/** A declared route, its types forgotten: what the server and the document need of it. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly description: string | undefined;
  readonly tag: string;
  readonly auth: Auth;
  readonly forMembers: boolean;
  readonly scopes: readonly Scope[];
  readonly params: z.ZodType | undefined;
  readonly query: z.ZodType | undefined;
  readonly body: BodyKind;
  readonly plainly: ((given: unknown) => unknown) | undefined;
  readonly isLarge: boolean;
  readonly response: ResponseKind;
  readonly status: 200 | 201 | 202 | 204;
  readonly errors: readonly Refusal[];
  readonly handle: (context: RequestContext & HandlerInput) => unknown;
}

export interface HandlerInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** Declares a route. The caller is an organization with one of `scopes`, unless `auth` says otherwise. */
export function route<
  A extends Auth = 'organization',
  Params extends Input = undefined,
  Query extends Input = undefined,
  Body extends BodyKind = undefined,
  Response extends ResponseKind = z.ZodType,
>(definition: Definition<A, Params, Query, Body, Response> & Scoping[A]): Route {
  return {
    method: definition.method,
    path: definition.path,
    summary: definition.summary,
    description: definition.description,
    tag: definition.tag,
    auth: definition.auth ?? 'organization',
    forMembers: definition.forMembers ?? false,
    scopes: definition.scopes ?? [],
    params: definition.params,
    query: definition.query,
    body: definition.body,
    plainly: definition.plainly,
    isLarge: definition.isLarge ?? false,
    response: definition.response,
    status: definition.status ?? 200,
    errors: definition.errors ?? [],
    // The server parses with these very schemas and authorizes by this `auth` before it calls.
    handle: definition.handle as Route['handle'],
  };
}
