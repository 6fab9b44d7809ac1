/** What stands of customers and of what they are granted among their events. */
import type { BenefitGrantRow } from './entities/benefit-grant.ts';
import type { CustomerRow } from './entities/customer.ts';
import type { SystemEvent } from './system-events.ts';

type Recorded = Omit<SystemEvent, 'at'>;

/** `changed` holds what a change was asked to bring. */
export const recordOfCustomer = (
  row: CustomerRow,
  name: 'customer.created' | 'customer.updated' | 'customer.deleted',
  changed: Readonly<Record<string, unknown>> = {},
): Recorded => ({
  name,
  customerId: row.id,
  metadata: {
    customer_id: row.id,
    customer_email: row.email ?? null,
    customer_name: row.name ?? null,
    customer_external_id: row.externalId ?? null,
    ...(name === 'customer.updated' ? { updated_fields: changed } : {}),
  },
});

export const recordOfGrant = (
  grant: BenefitGrantRow,
  name: 'benefit.granted' | 'benefit.updated' | 'benefit.cycled' | 'benefit.revoked',
): Recorded => ({
  name,
  customerId: grant.customer.id,
  metadata: {
    benefit_id: grant.benefit.id,
    benefit_grant_id: grant.id,
    benefit_type: grant.benefit.type,
    member_id: grant.member?.id,
  },
});
