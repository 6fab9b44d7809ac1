/** Makes examples of a shape: the least that it allows, the most that it holds, and each of its alternatives in turn. */
import { z } from 'zod';

interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly maxItems?: number;
  readonly prefixItems?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

type Fill = 'least' | 'most';

/** Enough turns for the longest enumeration but the countries and currencies, whose members are alike. */
const TURNS = 44;

/** Examples of what a schema says is sent, as JSON. */
export function examplesOf(schema: z.ZodType): { readonly name: string; readonly value: unknown }[] {
  const json: JsonSchema = JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' })));
  const seen = new Map<string, { name: string; value: unknown }>();
  for (const fill of ['least', 'most'] as const) {
    for (let turn = 0; turn < TURNS; turn++) {
      const value = example(json, json.$defs ?? {}, fill, turn, []);
      const text = JSON.stringify(value);
      if (!seen.has(text)) seen.set(text, { name: `${fill} ${turn}`, value });
    }
  }
  return [...seen.values()];
}

/** `open`: the definitions that it stands in; what holds itself holds the least at the second time. */
function example(
  schema: JsonSchema,
  defs: Readonly<Record<string, JsonSchema>>,
  fill: Fill,
  turn: number,
  open: readonly string[],
): unknown {
  const inner = (next: JsonSchema) => example(next, defs, fill, turn, open);
  if (schema.$ref) {
    const next = defs[schema.$ref.replace('#/$defs/', '')] ?? {};
    return example(next, defs, open.includes(schema.$ref) ? 'least' : fill, turn, [...open, schema.$ref]);
  }
  if ('const' in schema) return schema.const;
  if (schema.enum) return schema.enum[turn % schema.enum.length];
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(inner));
  const alternatives = schema.anyOf ?? schema.oneOf ?? eachType(schema);
  if (alternatives) return alternative(alternatives, inner, fill, turn);
  switch (schema.type) {
    case 'object':
      return objectOf(schema, inner, fill);
    case 'array':
      return arrayOf(schema, inner, fill);
    case 'string':
      return text(schema.format);
    case 'integer':
      return Math.max(turn, schema.minimum ?? 0);
    case 'number':
      return turn + 0.5;
    case 'boolean':
      return turn % 2 === 0;
    case 'null':
      return null;
    default:
      return 'anything';
  }
}

/** `type` may be a list: each of it is an alternative. */
function eachType(schema: JsonSchema): readonly JsonSchema[] | undefined {
  return typeof schema.type === 'object' ? schema.type.map((type) => ({ ...schema, type })) : undefined;
}

function alternative(
  alternatives: readonly JsonSchema[],
  inner: (schema: JsonSchema) => unknown,
  fill: Fill,
  turn: number,
): unknown {
  const values = alternatives.filter(({ type }) => type !== 'null');
  if (values.length === 0 || (fill === 'least' && values.length < alternatives.length)) return null;
  return inner(values[turn % values.length] ?? {});
}

function objectOf(schema: JsonSchema, inner: (schema: JsonSchema) => unknown, fill: Fill): unknown {
  const { properties = {}, required = [], additionalProperties } = schema;
  const kept = Object.entries(properties).filter(([name]) => fill === 'most' || required.includes(name));
  const more = typeof additionalProperties === 'object' && fill === 'most' ? { key: inner(additionalProperties) } : {};
  return { ...Object.fromEntries(kept.map(([name, property]) => [name, inner(property)])), ...more };
}

function arrayOf(schema: JsonSchema, inner: (schema: JsonSchema) => unknown, fill: Fill): unknown[] {
  if (schema.prefixItems) return schema.prefixItems.map(inner);
  return fill === 'least' || schema.maxItems === 0 || !schema.items ? [] : [inner(schema.items)];
}

function text(format: string | undefined): string {
  switch (format) {
    case 'uuid':
      return '6f0d4b3e-3f43-4d5b-9e3b-6b1f0f5b8f11';
    case 'date-time':
      return '2027-03-01T12:00:00.000Z';
    default:
      return 'Ada Example';
  }
}
