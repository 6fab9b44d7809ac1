/** Cards and other means of payment that are kept for later. */
import { z } from 'zod';
import { Id, identified } from './primitives.ts';

const fields = { ...identified, processor: z.enum(['stripe']), customer_id: Id, is_default: z.boolean() };

export const PaymentMethodCard = z
  .object({
    ...fields,
    type: z.literal('card'),
    method_metadata: z.object({
      brand: z.string(),
      last4: z.string(),
      exp_month: z.int(),
      exp_year: z.int(),
      wallet: z.string().nullable().optional(),
    }),
  })
  .meta({ id: 'PaymentMethodCard' });
export type PaymentMethodCard = z.infer<typeof PaymentMethodCard>;

export const PaymentMethodGeneric = z.object({ ...fields, type: z.string() }).meta({ id: 'PaymentMethodGeneric' });
export type PaymentMethodGeneric = z.infer<typeof PaymentMethodGeneric>;

export const PaymentMethod = z.union([PaymentMethodCard, PaymentMethodGeneric]).meta({ id: 'PaymentMethod' });
export type PaymentMethod = z.infer<typeof PaymentMethod>;
