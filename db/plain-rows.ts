/**
 * Rows read by one hand-written statement, in the shape of their entities, so that the views show them like any other.
 * For reads that everybody waits for: the ORM asks once for each relation, and takes twenty times as long.
 */
import { type EntityMetadata, type EntityProperty, ReferenceKind } from '@mikro-orm/core';

type Json = Readonly<Record<string, unknown>>;

/**
 * A row as `to_jsonb` writes it, its relations put in under their property's name where they were read; those that were
 * not are references with an id. Nothing is tracked: what is made of it can't be flushed.
 */
export function plainRow(meta: EntityMetadata, json: Json): Json {
  const row: Record<string, unknown> = {};
  for (const property of meta.props) row[property.name] = propertyOf(property, json);
  return row;
}

function propertyOf(property: EntityProperty, json: Json): unknown {
  const column = json[property.fieldNames?.[0] ?? ''];
  switch (property.kind) {
    case ReferenceKind.MANY_TO_ONE:
    case ReferenceKind.ONE_TO_ONE: {
      const read = json[property.name];
      if (isJson(read)) return plainRow(targetOf(property), read);
      return column === null || column === undefined ? null : { id: column };
    }
    case ReferenceKind.ONE_TO_MANY:
    case ReferenceKind.MANY_TO_MANY: {
      const read = json[property.name];
      const items = Array.isArray(read) ? read.filter(isJson).map((item) => plainRow(targetOf(property), item)) : [];
      return { getItems: () => items };
    }
    default:
      return property.runtimeType === 'Date' && typeof column === 'string' ? new Date(column) : column;
  }
}

function targetOf({ name, targetMeta }: EntityProperty): EntityMetadata {
  if (targetMeta === undefined) throw new Error(`${name} leads to no entity.`);
  return targetMeta;
}

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
