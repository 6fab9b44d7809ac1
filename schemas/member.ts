/** Persons who act for a customer. */
import { z } from 'zod';
import { Id, identified } from './primitives.ts';

export const Member = z
  .object({
    ...identified,
    customer_id: Id,
    email: z.string(),
    name: z.string().nullable(),
    external_id: z.string().nullable(),
    role: z.enum(['owner', 'billing_manager', 'member']),
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof Member>;
