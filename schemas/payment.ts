/** Attempts to take money. */
import { z } from 'zod';
import { Id, identified } from './primitives.ts';

export const PaymentTrigger = z
  .enum([
    'purchase',
    'subscription_cycle',
    'retry_dunning',
    'retry_customer',
    'retry_payment_method_update',
    'retry_admin',
  ])
  .meta({ id: 'PaymentTrigger' });
export type PaymentTrigger = z.infer<typeof PaymentTrigger>;

export const PaymentStatus = z.enum(['pending', 'succeeded', 'failed']).meta({ id: 'PaymentStatus' });
export type PaymentStatus = z.infer<typeof PaymentStatus>;

const fields = {
  ...identified,
  processor: z.enum(['stripe']),
  status: PaymentStatus,
  amount: z.int(),
  currency: z.string(),
  trigger: PaymentTrigger.nullable(),
  decline_reason: z.string().nullable(),
  decline_message: z.string().nullable(),
  organization_id: Id,
  checkout_id: Id.nullable(),
  order_id: Id.nullable(),
  processor_metadata: z.record(z.string(), z.unknown()).optional(),
};

export const CardPayment = z
  .object({
    ...fields,
    method: z.literal('card'),
    method_metadata: z.object({ brand: z.string(), last4: z.string() }),
  })
  .meta({ id: 'CardPayment' });
export type CardPayment = z.infer<typeof CardPayment>;

export const GenericPayment = z.object({ ...fields, method: z.string() }).meta({ id: 'GenericPayment' });
export type GenericPayment = z.infer<typeof GenericPayment>;

export const Payment = z.union([CardPayment, GenericPayment]).meta({ id: 'Payment' });
export type Payment = z.infer<typeof Payment>;
