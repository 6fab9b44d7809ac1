/** What stands of customers, of what they are granted and of their checkouts among events. */

import { subjectOfCheckout } from '../usage/subjects.ts';
import type { BenefitGrantRow } from './entities/benefit-grant.ts';
import type { CheckoutRow } from './entities/checkout.ts';
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

/** Where the merchant names no customer, of a buyer who is nobody yet. */
export const recordOfCheckout = ({ id, organization, customer, status, product }: CheckoutRow): Recorded => ({
  name: 'checkout.created',
  customerId: customer?.id ?? { organizationId: organization.id, subject: subjectOfCheckout(id) },
  metadata: { checkout_id: id, checkout_status: status, product_id: product.id },
});
