/** Whose events: customers by our id or the merchant's, as the subjects under which their events stand. */
import type { CustomerId, OrganizationId } from '../../billing/ids.ts';
import { Customer } from '../../db/entities/customer.ts';
import type { EntityManager } from '../../db/orm.ts';
import { type Subject, subjectOf, subjectsOf } from '../../usage/subjects.ts';

export interface OfCustomers {
  readonly organization_id?: readonly string[] | undefined;
  readonly customer_id?: readonly string[] | undefined;
  readonly external_customer_id?: readonly string[] | undefined;
}

/**
 * Undefined where no customer is named. Named both ways, both must be true of an event. Of another organization there
 * are none.
 */
export async function subjectsAskedFor(
  em: EntityManager,
  organization: OrganizationId,
  { organization_id: organizations, customer_id: ids, external_customer_id: externalIds }: OfCustomers,
): Promise<readonly Subject[] | undefined> {
  if (organizations !== undefined && !organizations.includes(organization)) return [];
  const [byId, byExternalId] = await Promise.all([
    ids && subjectsOfIds(em, organization, ids as CustomerId[]),
    externalIds && subjectsOfExternalIds(em, organization, externalIds),
  ]);
  if (byId === undefined) return byExternalId;
  return byExternalId === undefined ? byId : byId.filter((subject) => byExternalId.includes(subject));
}

/** A deleted customer's too. */
async function subjectsOfIds(
  em: EntityManager,
  organization: OrganizationId,
  ids: readonly CustomerId[],
): Promise<Subject[]> {
  const customers = await em.find(Customer, { id: { $in: [...ids] }, organization }, { fields: ['id', 'externalId'] });
  return customers.flatMap((customer) => subjectsOf(organization, customer));
}

/** Also of somebody who is no customer yet. */
async function subjectsOfExternalIds(
  em: EntityManager,
  organization: OrganizationId,
  externalIds: readonly string[],
): Promise<Subject[]> {
  const customers = await em.find(
    Customer,
    { externalId: { $in: [...externalIds] }, organization, deletedAt: null },
    { fields: ['id', 'externalId'] },
  );
  const known = customers.flatMap((customer) => subjectsOf(organization, customer));
  return [...new Set([...known, ...externalIds.map((externalId) => subjectOf(organization, externalId))])];
}
