/** Who has which benefit, and since when. */
import { z } from 'zod';
import { Benefit } from './benefit.ts';
import { GrantProperties } from './benefits/grant-properties.ts';
import { Customer } from './customer.ts';
import { Member } from './member.ts';
import { Id, Instant, identified } from './primitives.ts';

export const BenefitGrantError = z
  .object({ message: z.string(), type: z.string(), timestamp: z.string() })
  .meta({ id: 'BenefitGrantError', description: 'Why the last attempt to grant failed; it is tried again.' });
export type BenefitGrantError = z.infer<typeof BenefitGrantError>;

/** What the merchant and the holder both see of it. */
export const grantFields = {
  ...identified,
  is_granted: z.boolean(),
  is_revoked: z.boolean(),
  subscription_id: Id.nullable(),
  order_id: Id.nullable(),
  customer_id: Id,
  member_id: Id.nullable().optional(),
  benefit_id: Id,
  error: BenefitGrantError.nullable().optional(),
};

export const BenefitGrant = z
  .object({
    ...grantFields,
    granted_at: Instant.nullable().optional(),
    revoked_at: Instant.nullable().optional(),
    customer: Customer,
    member: Member.nullable().optional(),
    benefit: Benefit,
    properties: GrantProperties,
  })
  .meta({ id: 'BenefitGrant' });
export type BenefitGrant = z.infer<typeof BenefitGrant>;
