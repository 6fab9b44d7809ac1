/** Customers by our id or the merchant's, among the living of one organization. */
import type { FilterQuery } from '@mikro-orm/core';
import type { CustomerId, OrganizationId } from '../../billing/ids.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import type { EntityManager } from '../../db/orm.ts';
import { notFound } from '../errors.ts';

export type CustomerRef = { readonly id: string } | { readonly external_id: string };

export async function ownedCustomer(
  em: EntityManager,
  organization: OrganizationId,
  ref: CustomerRef,
): Promise<CustomerRow> {
  const where: FilterQuery<CustomerRow> = 'id' in ref ? { id: ref.id as CustomerId } : { externalId: ref.external_id };
  const row = await em.findOne(
    Customer,
    { $and: [where, { organization, deletedAt: null }] },
    { populate: ['testClock'] },
  );
  if (row === null) throw notFound();
  return row as CustomerRow;
}

/** The present, as the customer lives it. */
export const nowOf = (customer: CustomerRow, at: Date): Date => customer.testClock?.frozenTime ?? at;
