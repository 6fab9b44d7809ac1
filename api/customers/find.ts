/** Customers by our id or the merchant's, among the living of one organization. */
import type { FilterQuery } from '@mikro-orm/core';
import type { CustomerId, OrganizationId } from '../../billing/ids.ts';
import { BenefitGrant } from '../../db/entities/benefit-grant.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { CustomerDeletion } from '../../db/entities/customer-deletion.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import { notFound } from '../errors.ts';

export type CustomerRef = { readonly id: string } | { readonly external_id: string };

export async function ownedCustomer(
  em: EntityManager,
  organization: OrganizationId,
  ref: CustomerRef,
): Promise<CustomerRow> {
  const row = await em.findOne(
    Customer,
    { $and: [named(ref), { organization, deletedAt: null }] },
    { populate: ['testClock'] },
  );
  if (row === null) throw notFound();
  return row as CustomerRow;
}

/** Also one whose deletion stopped in the middle: there is still something of theirs to end. */
export async function customerToDelete(
  em: EntityManager,
  organization: OrganizationId,
  ref: CustomerRef,
): Promise<CustomerRow> {
  const rows = await em.find(
    Customer,
    { $and: [named(ref), { organization }] },
    { orderBy: { deletedAt: 'desc nulls first' } },
  );
  for (const row of rows) if (!row.deletedAt || (await hasLeft(em, row))) return row as CustomerRow;
  throw notFound();
}

async function hasLeft(em: EntityManager, { id, externalId }: CustomerRow): Promise<boolean> {
  if (externalId) return true;
  const left = await Promise.all([
    em.count(CustomerDeletion, id),
    em.count(Subscription, { customer: id, status: { $ne: 'canceled' } }),
    em.count(Checkout, { customer: id, status: { $in: ['open', 'confirmed'] } }),
    em.count(BenefitGrant, { customer: id, wanted: 'granted' }),
  ]);
  return left.some((count) => count > 0);
}

const named = (ref: CustomerRef): FilterQuery<CustomerRow> =>
  'id' in ref ? { id: ref.id as CustomerId } : { externalId: ref.external_id };
