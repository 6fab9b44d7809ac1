/** The API reference as one page, made from the OpenAPI document; plain HTML that works without scripts. */
import { createHash } from 'node:crypto';
import type { OpenapiDocument, Operation, Parameter } from './openapi.ts';
import type { JsonSchema } from './openapi-components.ts';

type Schemas = OpenapiDocument['components']['schemas'];

/** Text that is safe to place in HTML. */
class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Renders the document. */
export function referencePage({ info, paths, components }: OpenapiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = Map.groupBy(operations, ({ operation }) => operation.tags[0]);
  const body = html`
    <nav><h1><a href="/">${info.title}</a></h1><p><a href="/openapi.json">openapi.json</a></p><ul>
      ${[...tags.keys()].map((tag) => html`<li><a href="#${anchor(tag)}">${tag}</a></li>`)}
      <li><a href="#shapes">Shapes</a></li>
    </ul></nav>
    <main><p>${info.description} Version ${info.version}.</p>
      ${[...tags].map(
        ([tag, inTag]) => html`<section><h2 id="${anchor(tag)}">${tag}</h2>
          ${inTag.map(({ path, method, operation }) => operationPart(method, path, operation))}</section>`,
      )}
      <section><h2 id="shapes">Shapes</h2>${shapes(components.schemas)}</section>
    </main>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(info.title)} API</title><style>${STYLE}</style></head><body>${body.text}</body></html>`;
}

function operationPart(method: string, path: string, operation: Operation): Html {
  const scopes = operation.security.flatMap((scheme) => Object.entries(scheme));
  return html`<details id="${operation.operationId}"><summary>
      <code class="method ${method}">${method.toUpperCase()}</code> <code>${path}</code> <span>${operation.summary}</span>
    </summary>
    ${operation.description && html`<p>${operation.description}</p>`}
    <p>${
      scopes.length === 0
        ? 'Needs no token.'
        : scopes.map(
            ([kind, any]) => html`Needs ${TOKENS[kind] ?? kind}${any.length > 0 && ` with ${any.join(' or ')}`}.`,
          )
    }</p>
    ${operation.parameters.length > 0 && fields('Parameters', operation.parameters.map(fromParameter))}
    ${operation.requestBody && html`<h4>Body</h4>${contents(operation.requestBody.content)}`}
    <h4>Answers</h4><table>${Object.entries(operation.responses).map(
      ([status, { description, content }]) =>
        html`<tr><td><code>${status}</code></td><td>${description}</td><td>${content && contents(content)}</td></tr>`,
    )}</table></details>`;
}

const TOKENS: Readonly<Record<string, string>> = {
  organization: 'an organization access token',
  customer: 'a customer session token',
  operator: 'the operator token',
};

const contents = (content: Readonly<Record<string, { readonly schema: JsonSchema }>>) =>
  html`${Object.entries(content).map(([type, { schema }]) =>
    type === 'application/json' ? typeOf(schema) : html`<code>${type}</code>`,
  )}`;

interface Field {
  readonly name: string;
  readonly isRequired: boolean;
  readonly schema: JsonSchema;
  readonly description: string | undefined;
}

const fromParameter = (parameter: Parameter): Field => ({
  name: parameter.name,
  isRequired: parameter.required,
  schema: parameter.schema,
  description: parameter.description,
});

function shapes(schemas: Schemas): Html[] {
  return Object.entries(schemas)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(
      ([name, schema]) => html`<details><summary><code>${name}</code></summary><a id="${anchor(name)}"></a>
      ${schema.description && html`<p>${schema.description}</p>`}
      ${schema.properties ? fields('', ofObject(schema)) : html`<p>${typeOf(schema)}</p>`}</details>`,
    );
}

const ofObject = ({ properties = {}, required = [] }: JsonSchema): Field[] =>
  Object.entries(properties).map(([name, schema]) => ({
    name,
    isRequired: required.includes(name),
    schema,
    description: schema.description,
  }));

const fields = (title: string, rows: readonly Field[]) =>
  html`${title && html`<h4>${title}</h4>`}<table>${rows.map(
    ({ name, isRequired, schema, description }) =>
      html`<tr><td><code>${name}</code>${!isRequired && html`<i> optional</i>`}</td><td>${typeOf(schema)}</td><td>${description}</td></tr>`,
  )}</table>`;

function typeOf(schema: JsonSchema): Html {
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return html`<a href="#${anchor(name)}">${name}</a>`;
  }
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return html`${alternatives.map((each, index) => html`${index > 0 && ' | '}${typeOf(each)}`)}`;
  if (schema.enum) return html`<code>${schema.enum.map((value) => JSON.stringify(value)).join(' | ')}</code>`;
  if ('const' in schema) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema.items) return html`list of ${typeOf(schema.items)}`;
  if (schema.properties) return html`{${fields('', ofObject(schema))}}`;
  return html`${schema.format === undefined ? [schema.type ?? 'anything'].flat().join(' | ') : String(schema.format)}`;
}

type Part = Html | string | number | false | undefined | readonly Html[];

function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.map((text, index) => text + render(parts[index])).join(''));
}

function render(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  return part.map(({ text }) => text).join('');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string) => text.replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);

/** A short id for a link; words that say the same are the same. */
const anchor = (name: string) =>
  /^[\w-]+$/.test(name)
    ? name
    : `${name.replaceAll(/\W+/g, '-')}-${createHash('md5').update(name).digest('hex').slice(0, 4)}`;

const STYLE = `
:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}body{margin:0;display:flex;flex-wrap:wrap}
nav{padding:1rem 1.5rem;min-width:12rem}nav ul{list-style:none;padding:0}nav h1{font-size:1.2rem;margin:0}
@media(min-width:50rem){nav{position:sticky;top:0;height:100vh;overflow:auto;box-sizing:border-box}}
main{flex:1 1 30rem;max-width:60rem;padding:1rem 1.5rem;min-width:0}a{color:inherit}
details{border-top:1px solid #8884;padding:.4rem 0}summary{cursor:pointer;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}td{vertical-align:top;padding:.2rem .5rem .2rem 0;overflow-wrap:anywhere}
.method{display:inline-block;min-width:4rem;font-weight:600}.get{color:#2a7}.post{color:#37c}.patch{color:#b70}.delete{color:#c33}
i{opacity:.6}h4{margin:.6rem 0 .2rem}`;
