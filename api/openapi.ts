/** The OpenAPI 3.1 document, made from the declared routes. */
import { z } from 'zod';
import { HTTPValidationError, Refusal, ResourceNotFound, Unauthorized } from '../schemas/errors.ts';
import { Components, type JsonSchema } from './openapi-components.ts';
import { csv, passage, pdf, raw } from './replies.ts';
import type { Route } from './route.ts';

export interface OpenapiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>>; readonly securitySchemes: object };
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly [string];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description?: string;
  readonly style?: 'form' | 'deepObject';
  readonly explode?: true;
  readonly schema: JsonSchema;
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

/** Describes the routes, served from `url`. Named schemas (`.meta({ id })`) become components. */
export function openapiDocument(routes: readonly Route[], url: string): OpenapiDocument {
  const components = new Components();
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route, components) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Perennial',
      version: '2026-04',
      description: 'Sell software: products, checkouts, subscriptions, orders, benefits, and what happens to them.',
    },
    servers: [{ url }],
    paths,
    components: { schemas: components.schemas, securitySchemes: SECURITY_SCHEMES },
  };
}

const SECURITY_SCHEMES = {
  organization: {
    type: 'http',
    scheme: 'bearer',
    description: 'An organization access token (`polar_oat_…`) with one of the scopes that the operation names.',
  },
  customer: {
    type: 'http',
    scheme: 'bearer',
    description: 'A token of a customer’s or a member’s session (`polar_cst_…`, `polar_mst_…`).',
  },
  operator: { type: 'http', scheme: 'bearer', description: 'The token of whoever runs this installation.' },
};

function operation(route: Route, components: Components): Operation {
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    ...(route.description && { description: route.description }),
    security: securityOf(route),
    parameters: [...parameters('path', route.params, components), ...parameters('query', route.query, components)],
    ...(route.body && { requestBody: requestBody(route.body, components) }),
    responses: responses(route, components),
  };
}

/** `patch /v1/orders/{id}` is `patch_orders_id`. */
const operationId = ({ method, path }: Route) =>
  [method, ...path.split(/\W+/).filter((word) => word !== '' && word !== 'v1')].join('_');

function parameters(where: 'path' | 'query', schema: z.ZodType | undefined, components: Components): Parameter[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = components.inline(schema, 'input');
  return Object.entries(properties).map(([name, { description, ...inner }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description && { description }),
    ...(where === 'query' && inner.type === 'array' && { style: 'form', explode: true }),
    ...(where === 'query' && inner.type === 'object' && { style: 'deepObject', explode: true }),
    schema: inner,
  }));
}

function requestBody(body: Exclude<Route['body'], undefined>, components: Components): Operation['requestBody'] {
  if (body === raw) return { required: true, content: { '*/*': { schema: { type: 'string', format: 'binary' } } } };
  return {
    required: !body.safeParse(undefined).success,
    content: { 'application/json': { schema: components.reference(body, 'input') } },
  };
}

function responses(route: Route, components: Components): Operation['responses'] {
  const refused = (description: string, schema: z.ZodType) => ({
    description,
    content: { 'application/json': { schema: components.reference(schema, 'output') } },
  });
  const statuses = new Set<number>(route.errors);
  if (route.auth !== 'public') statuses.add(401);
  if (route.scopes.length > 0 || (route.auth === 'customer' && !route.forMembers)) statuses.add(403);
  if (route.params || route.query || route.body) statuses.add(422);
  const refusals = [...statuses].sort().map((status) => {
    const schema = REFUSALS[status] ?? Refusal;
    return [String(status), refused(MEANINGS[status] ?? 'Refused.', schema)] as const;
  });
  return { ...goodAnswer(route, components), ...Object.fromEntries(refusals) };
}

function goodAnswer({ response, status }: Route, components: Components): Operation['responses'] {
  if (response === passage) {
    const page = { 'text/html': { schema: { type: 'string' } } };
    return {
      '302': { description: 'Leads on to another page.' },
      default: { description: 'A page that says what is here, or why it does not go on.', content: page },
    };
  }
  if (response === csv) {
    return { '200': { description: 'A CSV file.', content: { 'text/csv': { schema: { type: 'string' } } } } };
  }
  if (response === pdf) {
    const file = { type: 'string', format: 'binary' };
    return { '200': { description: 'A PDF file.', content: { 'application/pdf': { schema: file } } } };
  }
  if (response instanceof z.ZodOptional) {
    const schema = components.reference(response.unwrap() as z.ZodType, 'output');
    return {
      [status]: { description: 'Done.', content: { 'application/json': { schema } } },
      '202': { description: 'Still being made: ask again.' },
    };
  }
  if (response instanceof z.ZodVoid) return { [status === 200 ? 204 : status]: { description: 'Done.' } };
  const schema = components.reference(response, 'output');
  return { [status]: { description: 'Done.', content: { 'application/json': { schema } } } };
}

const REFUSALS: Readonly<Record<number, z.ZodType>> = {
  401: Unauthorized,
  404: ResourceNotFound,
  422: HTTPValidationError,
};

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'What was asked could not be done.',
  401: 'No valid token.',
  402: 'The payment was declined, or needs the customer.',
  403: 'Not allowed, or not in this state.',
  404: 'Not found.',
  409: 'In the way of something else.',
  410: 'It is over.',
  412: 'Not in the state that this needs.',
  422: 'Wrong values.',
  429: 'Too often.',
};

function securityOf({ auth, scopes }: Route): Record<string, readonly string[]>[] {
  if (auth === 'public') return [];
  if (auth === 'organization_or_operator') return [{ organization: scopes }, { operator: [] }];
  return [{ [auth]: scopes }];
}
