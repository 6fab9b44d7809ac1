/** A customer's living members, by our id or the merchant's. */
import type { FilterQuery } from '@mikro-orm/core';
import type { CustomerId, MemberId } from '../../billing/ids.ts';
import { Member, type MemberRow } from '../../db/entities/member.ts';
import type { EntityManager } from '../../db/orm.ts';
import { notFound } from '../errors.ts';

export type MemberRef = { readonly member_id: string } | { readonly member_external_id: string };

export async function memberOf(em: EntityManager, customer: CustomerId, ref: MemberRef): Promise<MemberRow> {
  const named: FilterQuery<MemberRow> =
    'member_id' in ref ? { id: ref.member_id as MemberId } : { externalId: ref.member_external_id };
  const row = await em.findOne(Member, { $and: [named, { customer, deletedAt: null }] });
  if (row === null) throw notFound('There is no such member.');
  return row as MemberRow;
}
