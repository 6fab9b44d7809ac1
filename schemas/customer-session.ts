/** Keys to the customer portal. */
import { z } from 'zod';
import { Customer } from './customer.ts';
import { Id, Instant, identified, optionalLine, UrlInput } from './primitives.ts';

export const CustomerSession = z
  .object({
    ...identified,
    token: z.string().describe('Shown once.'),
    expires_at: Instant,
    return_url: z.string().nullable(),
    customer_portal_url: z.string().describe('Signs the customer in.'),
    customer_id: Id,
    customer: Customer,
  })
  .meta({ id: 'CustomerSession' });
export type CustomerSession = z.infer<typeof CustomerSession>;

const created = {
  return_url: UrlInput.nullable().optional(),
  member_id: Id.nullable().optional().describe('Whom it signs in; left out: the customer’s owner.'),
  external_member_id: optionalLine(256),
};

export const CustomerSessionCreate = z
  .union([
    z.object({ ...created, customer_id: Id }),
    z.object({ ...created, external_customer_id: z.string().min(1).max(256) }),
  ])
  .meta({ id: 'CustomerSessionCreate' });
export type CustomerSessionCreate = z.infer<typeof CustomerSessionCreate>;
