/** Merchants' own questions as the API shows them. */
import type { AttachedCustomField, CustomField } from '../../schemas/custom-field.ts';
import { attachedFieldsOf } from '../custom-fields.ts';
import type { CustomFieldRow } from '../entities/custom-field.ts';
import type { ProductRow } from '../entities/product.ts';
import { identity } from './stamps.ts';

/** Its properties were checked by its type's schema when they were written. */
export function customFieldView(row: CustomFieldRow): CustomField {
  return {
    ...identity(row),
    metadata: row.metadata,
    type: row.type,
    slug: row.slug,
    name: row.name,
    organization_id: row.organization.id,
    properties: row.properties,
  } as CustomField;
}

export function attachedCustomFieldsView(product: ProductRow): AttachedCustomField[] {
  return attachedFieldsOf(product).map(({ customField, position, required }) => ({
    custom_field_id: customField.id,
    custom_field: customFieldView(customField as CustomFieldRow),
    order: position,
    required,
  }));
}
