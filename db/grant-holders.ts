/** Which grants are whose: a grant without a member is the buyer's, which is the customer's owner. */
import type { FilterQuery } from '@mikro-orm/core';
import type { CustomerId, MemberId } from '../billing/ids.ts';
import type { BenefitGrantRow } from './entities/benefit-grant.ts';
import { Member } from './entities/member.ts';
import type { EntityManager } from './orm.ts';

/** What any of these members hold. */
export function heldByAny(em: EntityManager, members: readonly MemberId[]): FilterQuery<BenefitGrantRow> {
  const among = { id: { $in: [...members] }, deletedAt: null };
  const owned = em
    .createQueryBuilder(Member)
    .select('customer')
    .where({ ...among, role: 'owner' });
  return { $or: [{ member: { $in: [...members] } }, { member: null, customer: { $in: owned } }] };
}

export interface Person {
  /** Null where the customer has no owner. */
  readonly id: MemberId | null;
  readonly role: 'owner' | 'billing_manager' | 'member';
}

/** What one of a customer's people holds. */
export function heldByPerson(customer: CustomerId, { id, role }: Person): FilterQuery<BenefitGrantRow> {
  const theirs = role === 'owner' ? [{ member: id }, { member: null }] : [{ member: id }];
  return { customer, $or: theirs };
}
