/** What buyers fill into the fields of the products that a checkout offers. */
import { type AskedField, fillFields, type WrongField } from '../../billing/custom-fields.ts';
import type { ProductId } from '../../billing/ids.ts';
import { askedField, attachedFieldsOf } from '../../db/custom-fields.ts';
import type { CheckoutRow } from '../../db/entities/checkout.ts';
import { Product, type ProductRow } from '../../db/entities/product.ts';
import type { EntityManager } from '../../db/orm.ts';
import { unprocessable } from '../errors.ts';

type Data = CheckoutRow['customFieldData'];

/** What has been entered so far, for whichever product is bought in the end. Refuses what fits no field. */
export async function entered(em: EntityManager, productIds: readonly string[], given: Data): Promise<Data> {
  if (Object.keys(given).length === 0) return {};
  const products = await em.find(
    Product,
    { id: { $in: productIds as ProductId[] } },
    { populate: ['attachedFields.customField'] },
  );
  const bySlug = new Map(products.flatMap(fieldsOf).map((field) => [field.slug, field]));
  const { data, wrong } = fillFields([...bySlug.values()], given, { whole: false });
  refuse(wrong);
  return data;
}

/** As the buyer presses Pay: all that the chosen product asks for, and nothing that only another one does. */
export async function complete(em: EntityManager, { product, customFieldData }: CheckoutRow): Promise<Data> {
  await em.populate([product], ['attachedFields.customField']);
  const { data, wrong } = fillFields(fieldsOf(product), customFieldData, { whole: true });
  refuse(wrong);
  return data;
}

const fieldsOf = (product: ProductRow): AskedField[] => attachedFieldsOf(product).map(askedField);

function refuse(wrong: readonly WrongField[]): void {
  if (wrong.length === 0) return;
  throw unprocessable(
    ...wrong.map(({ slug, reason, kind }) => ({
      loc: ['body', 'custom_field_data', slug],
      msg: reason,
      type: kind === 'missing' ? 'missing' : 'value_error',
    })),
  );
}
