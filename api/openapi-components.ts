/** Collects the named schemas of the OpenAPI document while they are referred to. */
import { z } from 'zod';

export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly [keyword: string]: unknown;
}

/** As what it is sent to us, or as what we answer: defaults make fields optional in the one, present in the other. */
export type Direction = 'input' | 'output';

export class Components {
  readonly schemas: Record<string, JsonSchema> = {};

  /** The schema as an operation refers to it: `$ref` where it has a name. */
  reference(schema: z.ZodType, direction: Direction): JsonSchema {
    const { properties, $defs = {} } = convert(z.object({ root: schema }), direction);
    const names = this.#add($defs, direction);
    return rename(properties?.root ?? {}, names);
  }

  /** The schema itself, with references inside it. */
  inline(schema: z.ZodType, direction: Direction): JsonSchema {
    const { $defs = {}, ...root } = convert(schema, direction);
    return rename(root, this.#add($defs, direction));
  }

  /** Adds definitions; one that means something else as input than as output is there twice, under two names. */
  #add(definitions: Readonly<Record<string, JsonSchema>>, direction: Direction): ReadonlyMap<string, string> {
    const names = new Map(Object.keys(definitions).map((name) => [name, name]));
    for (;;) {
      const taken = [...names].find(([name, as]) => {
        const known = this.schemas[as];
        return known && JSON.stringify(known) !== JSON.stringify(rename(definitions[name] ?? {}, names));
      });
      if (!taken) break;
      const [name, as] = taken;
      names.set(name, as === name ? `${name}${direction === 'input' ? 'Input' : 'Output'}` : `${as}_`);
    }
    for (const [name, as] of names) this.schemas[as] = rename(definitions[name] ?? {}, names);
    return names;
  }
}

type Converted = JsonSchema & { readonly $defs?: Readonly<Record<string, JsonSchema>> };

function convert(schema: z.ZodType, direction: Direction): Converted {
  const { $schema: _, ...converted } = z.toJSONSchema(schema, {
    io: direction,
    unrepresentable: 'any',
    override({ jsonSchema }) {
      // The format says it; the pattern is a page long.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      delete jsonSchema.id;
      // Fields that we may add later must not break clients made today.
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return JSON.parse(JSON.stringify(converted));
}

function rename(schema: JsonSchema, names: ReadonlyMap<string, string>): JsonSchema {
  return JSON.parse(
    JSON.stringify(schema, (key, value) => {
      if (key !== '$ref' || typeof value !== 'string') return value;
      const name = value.replace(/^#\/\$defs\//, '');
      return name === value ? value : `#/components/schemas/${names.get(name) ?? name}`;
    }),
  );
}
