/** Persons who act for a customer. */
import { z } from 'zod';
import { EmailInput, Id, identified, optionalLine } from './primitives.ts';

export const MemberRole = z.enum(['owner', 'billing_manager', 'member']).meta({
  id: 'MemberRole',
  description:
    'The owner and billing managers see and change what was bought, and say who has the seats; members see what they hold themselves.',
});
export type MemberRole = z.infer<typeof MemberRole>;

export const Member = z
  .object({
    ...identified,
    customer_id: Id,
    email: z.string(),
    name: z.string().nullable(),
    external_id: z.string().nullable().describe('Their id in the merchant’s own system; unique within the customer.'),
    role: MemberRole,
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof Member>;

/** An owner is not added: a member becomes it. */
const AddedRole = z.enum(['member', 'billing_manager']);

export const MemberCreateFromCustomer = z
  .object({
    email: EmailInput,
    name: optionalLine(256),
    external_id: optionalLine(256),
    role: AddedRole.default('member'),
  })
  .meta({ id: 'MemberCreateFromCustomer' });
export type MemberCreateFromCustomer = z.infer<typeof MemberCreateFromCustomer>;

export const MemberUpdate = z
  .object({
    name: optionalLine(256),
    email: EmailInput.nullable().optional(),
    role: MemberRole.nullable()
      .optional()
      .describe('With `owner`, the ownership moves here: who had it becomes a billing manager.'),
  })
  .meta({ id: 'MemberUpdate' });
export type MemberUpdate = z.infer<typeof MemberUpdate>;

/** What a customer's own people see of each other. */
export const CustomerPortalMember = z
  .object({ ...identified, email: z.string(), name: z.string().nullable(), role: MemberRole })
  .meta({ id: 'CustomerPortalMember' });
export type CustomerPortalMember = z.infer<typeof CustomerPortalMember>;

export const CustomerPortalMemberCreate = z
  .object({ email: EmailInput, name: optionalLine(256), role: MemberRole.default('member') })
  .meta({ id: 'CustomerPortalMemberCreate' });
export type CustomerPortalMemberCreate = z.infer<typeof CustomerPortalMemberCreate>;

export const CustomerPortalMemberUpdate = z
  .object({ name: optionalLine(256), role: MemberRole.nullable().optional() })
  .meta({ id: 'CustomerPortalMemberUpdate' });
export type CustomerPortalMemberUpdate = z.infer<typeof CustomerPortalMemberUpdate>;
