/** Custom fields as the rules know them. */
import type { AskedField, FieldRule } from '../billing/custom-fields.ts';
import type { AttachedFieldRow, CustomFieldRow } from './entities/custom-field.ts';
import type { ProductRow } from './entities/product.ts';

/** What a product asks for, in its order; its attached fields are loaded. */
export function attachedFieldsOf(product: ProductRow): AttachedFieldRow[] {
  return product.attachedFields.getItems().sort((a, b) => a.position - b.position);
}

export const askedField = ({ customField, required }: AttachedFieldRow): AskedField => ({
  slug: customField.slug,
  required,
  rule: ruleOf(customField as CustomFieldRow),
});

function ruleOf({ type, properties }: CustomFieldRow): FieldRule {
  const { min_length, max_length, ge, le, options } = properties;
  switch (type) {
    case 'text':
      return { type, minLength: min_length ?? null, maxLength: max_length ?? null };
    case 'number':
    case 'date':
      return { type, least: ge ?? null, most: le ?? null };
    case 'checkbox':
      return { type };
    case 'select':
      return { type, values: options?.map(({ value }) => value) ?? [] };
  }
}
