/** Who acts for a customer, as the API shows it. */
import type { CustomerPortalMember, Member } from '../../schemas/member.ts';
import type { MemberRow } from '../entities/member.ts';
import { identity } from './stamps.ts';

export function memberView(row: MemberRow): Member {
  return {
    ...identity(row),
    customer_id: row.customer.id,
    email: row.email,
    name: row.name ?? null,
    external_id: row.externalId ?? null,
    role: row.role,
  };
}

export function portalMemberView(row: MemberRow): CustomerPortalMember {
  return { ...identity(row), email: row.email, name: row.name ?? null, role: row.role };
}
