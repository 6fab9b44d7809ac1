/** What a merchant may write of a custom field. */
import { randomUUID } from 'node:crypto';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import type { z } from 'zod';
import type { CustomFieldId, OrganizationId } from '../../billing/ids.ts';
import { AttachedField, CustomField, type CustomFieldRow } from '../../db/entities/custom-field.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { CustomFieldCreate, CustomFieldUpdate } from '../../schemas/custom-field.ts';
import { invalid } from '../errors.ts';

export async function addCustomField(
  em: EntityManager,
  organization: OrganizationId,
  body: z.output<typeof CustomFieldCreate>,
  at: Date,
): Promise<CustomFieldRow> {
  const { type, slug, name, properties, metadata } = body;
  const row = em.create(CustomField, {
    id: randomUUID() as CustomFieldId,
    createdAt: at,
    organization,
    ...{ type, slug, name, properties, metadata },
  });
  await flushSlug(em);
  return row;
}

/** Under a new slug what buyers have entered stays the field's. */
export async function changeCustomField(
  em: EntityManager,
  row: CustomFieldRow,
  body: z.output<typeof CustomFieldUpdate>,
  at: Date,
): Promise<void> {
  if (body.type !== row.type) throw invalid(['body', 'type'], 'The type of a field stays.');
  const before = row.slug;
  if (body.slug) row.slug = body.slug;
  if (body.name) row.name = body.name;
  if (body.properties) row.properties = body.properties;
  if (body.metadata) row.metadata = body.metadata;
  row.modifiedAt = at;
  await flushSlug(em);
  if (row.slug !== before) await moveData(em, row.organization.id, before, row.slug);
}

/** Nobody is asked for it any more; what was entered stays where it is. */
export async function deleteCustomField(em: EntityManager, row: CustomFieldRow, at: Date): Promise<void> {
  row.deletedAt = at;
  row.modifiedAt = at;
  await em.flush();
  await em.nativeDelete(AttachedField, { customField: row.id });
}

const KEPT_IN = ['checkouts', 'orders', 'subscriptions'] as const;

async function moveData(em: EntityManager, organization: OrganizationId, from: string, to: string): Promise<void> {
  for (const table of KEPT_IN) {
    await em.execute(
      `update ${table}
       set custom_field_data = custom_field_data - ?::text || jsonb_build_object(?::text, custom_field_data -> ?::text)
       where organization_id = ? and jsonb_exists(custom_field_data, ?)`,
      [from, to, from, organization, from],
    );
  }
}

async function flushSlug(em: EntityManager): Promise<void> {
  try {
    await em.flush();
  } catch (error) {
    const isTaken = error instanceof UniqueConstraintViolationException;
    if (!isTaken || !error.message.includes('custom_fields_slug_unique')) throw error;
    throw invalid(['body', 'slug'], 'Another field has this slug.');
  }
}
