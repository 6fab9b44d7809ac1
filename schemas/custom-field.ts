/** Merchants' own questions to their buyers. */
import { z } from 'zod';
import { Metadata, MetadataInput } from './metadata.ts';
import { count, Id, identified, line, organizationIdInput } from './primitives.ts';

export const CustomFieldType = z.enum(['text', 'number', 'date', 'checkbox', 'select']).meta({ id: 'CustomFieldType' });
export type CustomFieldType = z.infer<typeof CustomFieldType>;

const INT4 = 2_147_483_647;
const MOST_OPTIONS = 250;

/** How the form shows it; left out, its name is its label. */
const form = {
  form_label: line(200).optional(),
  form_help_text: line(1000).optional(),
  form_placeholder: line(200).optional(),
};
const bound = z
  .int()
  .min(-INT4 - 1)
  .max(INT4)
  .optional();

const inOrder = (least: string, most: string) => ({ path: [most], message: `It can’t be less than ${least}.` });

const text = z
  .object({ ...form, textarea: z.boolean().optional(), min_length: count().optional(), max_length: count().optional() })
  .refine(({ min_length: least = 0, max_length: most = INT4 }) => least <= most, inOrder('min_length', 'max_length'))
  .meta({ id: 'CustomFieldTextProperties' });
const number = z
  .object({ ...form, ge: bound, le: bound })
  .refine(({ ge = -INT4, le = INT4 }) => ge <= le, inOrder('ge', 'le'))
  .meta({ id: 'CustomFieldNumberProperties' });
const date = z
  .object({
    ...form,
    ge: bound.describe('The first day: an instant on it, in seconds since 1970.'),
    le: bound.describe('The last day.'),
  })
  .refine(({ ge = -INT4, le = INT4 }) => ge <= le, inOrder('ge', 'le'))
  .meta({ id: 'CustomFieldDateProperties' });
const checkbox = z.object(form).meta({ id: 'CustomFieldCheckboxProperties' });
const option = z.object({ value: line(200), label: line(200) }).meta({ id: 'CustomFieldSelectOption' });
const select = z
  .object({ ...form, options: z.array(option).min(1).max(MOST_OPTIONS) })
  .refine(({ options }) => new Set(options.map(({ value }) => value)).size === options.length, {
    path: ['options'],
    message: 'Two options have the same value.',
  })
  .meta({ id: 'CustomFieldSelectProperties' });

const slug = z
  .string()
  .regex(/^[a-z0-9_-]{1,64}$/, 'Use up to 64 small letters, digits, hyphens and underscores.')
  .refine((given) => given !== '__proto__', 'This name is not possible.')
  .describe('The key of its values in `custom_field_data`; unique in the organization.');

function shapeOf<const Type extends CustomFieldType, Properties extends z.ZodType>(type: Type, properties: Properties) {
  return z.object({
    ...identified,
    metadata: Metadata,
    type: z.literal<Type>(type),
    slug: z.string(),
    name: z.string(),
    organization_id: Id,
    properties,
  });
}

export const CustomField = z
  .discriminatedUnion('type', [
    shapeOf('text', text).meta({ id: 'CustomFieldText' }),
    shapeOf('number', number).meta({ id: 'CustomFieldNumber' }),
    shapeOf('date', date).meta({ id: 'CustomFieldDate' }),
    shapeOf('checkbox', checkbox).meta({ id: 'CustomFieldCheckbox' }),
    shapeOf('select', select).meta({ id: 'CustomFieldSelect' }),
  ])
  .meta({ id: 'CustomField' });
export type CustomField = z.infer<typeof CustomField>;

function creationOf<const Type extends CustomFieldType, Properties extends z.ZodType>(
  type: Type,
  properties: Properties,
) {
  return z.object({
    type: z.literal<Type>(type),
    slug,
    name: line(200),
    properties,
    metadata: MetadataInput.default({}),
    organization_id: organizationIdInput,
  });
}

export const CustomFieldCreate = z
  .discriminatedUnion('type', [
    creationOf('text', text).meta({ id: 'CustomFieldCreateText' }),
    creationOf('number', number).meta({ id: 'CustomFieldCreateNumber' }),
    creationOf('date', date).meta({ id: 'CustomFieldCreateDate' }),
    creationOf('checkbox', checkbox).meta({ id: 'CustomFieldCreateCheckbox' }),
    creationOf('select', select).meta({ id: 'CustomFieldCreateSelect' }),
  ])
  .meta({ id: 'CustomFieldCreate' });
export type CustomFieldCreate = z.infer<typeof CustomFieldCreate>;

function updateOf<const Type extends CustomFieldType, Properties extends z.ZodType>(
  type: Type,
  properties: Properties,
) {
  return z.object({
    type: z.literal<Type>(type).describe('As it is: a field keeps its type.'),
    slug: slug.nullable().optional(),
    name: line(200).nullable().optional(),
    properties: properties.nullable().optional(),
    metadata: MetadataInput.optional(),
  });
}

export const CustomFieldUpdate = z
  .discriminatedUnion('type', [
    updateOf('text', text).meta({ id: 'CustomFieldUpdateText' }),
    updateOf('number', number).meta({ id: 'CustomFieldUpdateNumber' }),
    updateOf('date', date).meta({ id: 'CustomFieldUpdateDate' }),
    updateOf('checkbox', checkbox).meta({ id: 'CustomFieldUpdateCheckbox' }),
    updateOf('select', select).meta({ id: 'CustomFieldUpdateSelect' }),
  ])
  .meta({ id: 'CustomFieldUpdate' });
export type CustomFieldUpdate = z.infer<typeof CustomFieldUpdate>;

export const AttachedCustomField = z
  .object({
    custom_field_id: Id,
    custom_field: CustomField,
    order: z.int().describe('Its place among the product’s, from 0.'),
    required: z.boolean(),
  })
  .meta({ id: 'AttachedCustomField', description: 'A field that a product’s buyers are asked for.' });
export type AttachedCustomField = z.infer<typeof AttachedCustomField>;

export const AttachedCustomFieldsInput = z
  .array(z.object({ custom_field_id: Id, required: z.boolean() }).meta({ id: 'AttachedCustomFieldCreate' }))
  .max(50)
  .describe('In the order in which buyers are asked.');
