/** A seat as the API, and as webhooks, show it. */
import type { CustomerSeat } from '../../schemas/customer-seat.ts';
import type { CustomerSeatRow } from '../entities/customer-seat.ts';
import { memberView } from './member.ts';
import { identity, isoOrNull } from './stamps.ts';

export const SEAT_POPULATE = ['member'] as const;

export function seatView(row: CustomerSeatRow): CustomerSeat {
  return {
    ...identity(row),
    subscription_id: row.subscription?.id ?? null,
    order_id: row.order?.id ?? null,
    status: row.status,
    customer_id: row.customer.id,
    member_id: row.member.id,
    member: memberView(row.member),
    email: row.member.email,
    customer_email: row.member.email,
    invitation_token_expires_at: isoOrNull(row.invitationExpiresAt),
    claimed_at: isoOrNull(row.claimedAt),
    revoked_at: isoOrNull(row.revokedAt),
    seat_metadata: row.metadata,
  };
}
