import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { MemberId } from '../../billing/ids.ts';
import { instant, timestamps } from './columns.ts';
import { Customer } from './customer.ts';

export const MEMBER_ROLES = ['owner', 'billing_manager', 'member'] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];

/**
 * A person who acts for a customer. Of a customer's living members e-mail and external id are unique, and one is the
 * owner: partial indexes and a deferred check of the database see to it.
 */
export const Member = defineEntity({
  name: 'Member',
  tableName: 'members',
  properties: {
    id: p.uuid().$type<MemberId>().primary(),
    ...timestamps(),
    customer: () => p.manyToOne(Customer),
    email: p.text(),
    name: p.text().nullable(),
    /** Their id in the merchant's own system. */
    externalId: p.text().nullable(),
    role: p.enum(MEMBER_ROLES),
    deletedAt: instant().nullable(),
  },
  indexes: [{ properties: ['customer'] }],
});
export type MemberRow = InferEntity<typeof Member>;
