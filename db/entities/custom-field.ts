import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { CustomFieldId } from '../../billing/ids.ts';
import { instant, metadata, timestamps } from './columns.ts';
import { Organization } from './organization.ts';
import { Product } from './product.ts';

export const FIELD_TYPES = ['text', 'number', 'date', 'checkbox', 'select'] as const;

/** How a field looks in the form and what it takes, as on the wire: of each, what its type knows. */
export interface FieldProperties {
  readonly form_label?: string;
  readonly form_help_text?: string;
  readonly form_placeholder?: string;
  readonly textarea?: boolean;
  readonly min_length?: number;
  readonly max_length?: number;
  readonly ge?: number;
  readonly le?: number;
  readonly options?: readonly { readonly value: string; readonly label: string }[];
}

/** A question of the merchant's own to their buyers. Its slug is unique among the organization's living ones. */
export const CustomField = defineEntity({
  name: 'CustomField',
  tableName: 'custom_fields',
  properties: {
    id: p.uuid().$type<CustomFieldId>().primary(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    type: p.enum(FIELD_TYPES),
    /** The key of its values in `custom_field_data`. */
    slug: p.text(),
    name: p.text(),
    properties: p.json<FieldProperties>().defaultRaw(`'{}'`),
    metadata: metadata(),
    deletedAt: instant().nullable(),
  },
  indexes: [{ properties: ['organization', 'createdAt'] }],
});
export type CustomFieldRow = InferEntity<typeof CustomField>;

/** That a product asks its buyers for a field. */
export const AttachedField = defineEntity({
  name: 'AttachedField',
  tableName: 'product_custom_fields',
  properties: {
    product: () => p.manyToOne(Product).primary(),
    customField: () => p.manyToOne(CustomField).primary(),
    /** Its place among the product's. */
    position: p.integer(),
    required: p.boolean(),
  },
  indexes: [{ properties: ['customField'] }],
});
export type AttachedFieldRow = InferEntity<typeof AttachedField>;
