/** An organization with one customer. */

import { randomUUID } from 'node:crypto';
import type { MikroORM } from '@mikro-orm/postgresql';
import { PORTAL_DEFAULTS } from '../../api/organizations/defaults.ts';
import type { CustomerId, OrganizationId } from '../../billing/ids.ts';
import { Customer } from '../../db/entities/customer.ts';
import { Organization } from '../../db/entities/organization.ts';

export interface Shop {
  readonly organizationId: OrganizationId;
  readonly slug: string;
  readonly customerId: CustomerId;
}

export async function aShop(orm: MikroORM, createdAt = new Date()): Promise<Shop> {
  const em = orm.em.fork();
  const organizationId = randomUUID() as OrganizationId;
  const customerId = randomUUID() as CustomerId;
  const slug = `example-${organizationId}`;
  em.create(Organization, {
    id: organizationId,
    createdAt,
    name: 'Example Software',
    slug,
    invoicePrefix: 'EXAMPLE',
    subscriptionSettings: {
      allow_multiple_subscriptions: false,
      proration_behavior: 'prorate',
      benefit_revocation_grace_period: 0,
      prevent_trial_abuse: false,
      allow_customer_updates: true,
    },
    customerEmailSettings: {},
    customerPortalSettings: PORTAL_DEFAULTS,
  });
  em.create(Customer, { id: customerId, createdAt, organization: organizationId, email: 'ada@example.com' });
  await em.flush();
  return { organizationId, slug, customerId };
}
