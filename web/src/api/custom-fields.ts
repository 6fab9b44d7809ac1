/** What a shop asks its buyers for, besides name and address. */
import * as z from 'zod/mini';

const Properties = z.object({
  form_label: z.optional(z.string()),
  form_help_text: z.optional(z.string()),
  form_placeholder: z.optional(z.string()),
  textarea: z.optional(z.boolean()),
  max_length: z.optional(z.number()),
  ge: z.optional(z.number()),
  le: z.optional(z.number()),
  options: z.optional(z.array(z.object({ value: z.string(), label: z.string() }))),
});

export const CustomField = z.object({
  slug: z.string(),
  name: z.string(),
  type: z.enum(['text', 'number', 'date', 'checkbox', 'select']),
  properties: Properties,
});
export type CustomField = z.infer<typeof CustomField>;

export const AttachedField = z.object({ custom_field: CustomField, required: z.boolean() });
export type AttachedField = z.infer<typeof AttachedField>;

export const FieldData = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
export type FieldData = z.infer<typeof FieldData>;
