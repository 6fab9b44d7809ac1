/** Which custom fields a product's buyers are asked for. */
import type { CustomFieldId } from '../../billing/ids.ts';
import { AttachedField, CustomField } from '../../db/entities/custom-field.ts';
import type { ProductRow } from '../../db/entities/product.ts';
import type { EntityManager } from '../../db/orm.ts';
import { invalid } from '../errors.ts';

interface Wish {
  readonly custom_field_id: string;
  readonly required: boolean;
}

/** These, in this order, and no others. The product is in the database by now. */
export async function attachFields(em: EntityManager, product: ProductRow, wishes: readonly Wish[]): Promise<void> {
  const ids = wishes.map(({ custom_field_id }) => custom_field_id as CustomFieldId);
  const organization = product.organization.id;
  // Locked, so that none is deleted meanwhile.
  const found = await em.execute<{ id: CustomFieldId }[]>(
    'select id from custom_fields where id = any(?::uuid[]) and organization_id = ? and deleted_at is null for share',
    [`{${ids.join(',')}}`, organization],
  );
  for (const [index, id] of ids.entries()) {
    const loc = ['body', 'attached_custom_fields', index, 'custom_field_id'];
    if (!found.some((field) => field.id === id)) throw invalid(loc, 'This custom field does not exist.');
    if (ids.indexOf(id) !== index) throw invalid(loc, 'This custom field is there twice.');
  }
  await em.nativeDelete(AttachedField, { product: product.id });
  for (const [position, { required }] of wishes.entries()) {
    await em.insert(AttachedField, {
      product: product.id,
      customField: em.getReference(CustomField, ids[position]!),
      position,
      required,
    });
  }
  await em.refresh(product, { populate: ['attachedFields.customField'] });
}
