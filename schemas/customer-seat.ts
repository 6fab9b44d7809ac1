/** Seats that were bought, and who has them. */
import { z } from 'zod';
import { Member } from './member.ts';
import { Metadata, MetadataInput } from './metadata.ts';
import { EmailInput, Id, Instant, identified, optionalLine } from './primitives.ts';

export const SeatStatus = z.enum(['pending', 'claimed', 'revoked']).meta({ id: 'SeatStatus' });
export type SeatStatus = z.infer<typeof SeatStatus>;

export const CustomerSeat = z
  .object({
    ...identified,
    subscription_id: Id.nullable(),
    order_id: Id.nullable(),
    status: SeatStatus,
    customer_id: Id.nullable().describe('Who bought it.'),
    member_id: Id.nullable().describe('Who has it.'),
    member: Member.nullable(),
    email: z.string().nullable(),
    customer_email: z.string().nullable(),
    invitation_token_expires_at: Instant.nullable().describe('While it is pending.'),
    claimed_at: Instant.nullable(),
    revoked_at: Instant.nullable(),
    seat_metadata: Metadata.nullable(),
  })
  .meta({ id: 'CustomerSeat' });
export type CustomerSeat = z.infer<typeof CustomerSeat>;

export const SeatsList = z
  .object({
    seats: z.array(CustomerSeat).describe('Those that are pending or claimed.'),
    available_seats: z.int(),
    total_seats: z.int(),
  })
  .meta({ id: 'SeatsList' });
export type SeatsList = z.infer<typeof SeatsList>;

const MOST_KEYS = 10;
const MOST_BYTES = 1024;

const SeatMetadataInput = MetadataInput.refine(
  (metadata) => Object.keys(metadata).length <= MOST_KEYS,
  `At most ${MOST_KEYS} keys`,
).refine((metadata) => Buffer.byteLength(JSON.stringify(metadata)) <= MOST_BYTES, 'At most 1 KB');

const ofSeat = {
  subscription_id: Id.nullable().optional(),
  order_id: Id.nullable().optional(),
  email: EmailInput.nullable().optional().describe('Of a member, who is added where there is none.'),
  external_member_id: optionalLine(256).describe('A member by the merchant’s id; with `email`, one who may be new.'),
  member_id: Id.nullable().optional(),
  customer_id: Id.nullable().optional().describe('Another customer, by whose address the member is known.'),
  external_customer_id: optionalLine(256),
  metadata: SeatMetadataInput.nullable().optional().describe('At most 10 keys and 1 KB in all.'),
};

export const SeatAssign = z
  .object({ ...ofSeat, immediate_claim: z.boolean().default(false).describe('No invitation: it is theirs at once.') })
  .meta({ id: 'SeatAssign' });
export type SeatAssign = z.infer<typeof SeatAssign>;

export const CustomerSeatAssign = z
  .object({
    ...SeatAssign.shape,
    checkout_id: Id.nullable().optional().describe('The subscription or order that it led to.'),
  })
  .meta({ id: 'CustomerSeatAssign' });
export type CustomerSeatAssign = z.infer<typeof CustomerSeatAssign>;

export const SeatClaim = z.object({ invitation_token: z.string().min(1).max(256) }).meta({ id: 'SeatClaim' });
export type SeatClaim = z.infer<typeof SeatClaim>;

export const SeatClaimInfo = z
  .object({
    product_name: z.string(),
    product_id: Id,
    organization_name: z.string(),
    organization_slug: z.string(),
    customer_email: z.string().describe('To whom the seat was given.'),
    can_claim: z.boolean(),
  })
  .meta({ id: 'SeatClaimInfo' });
export type SeatClaimInfo = z.infer<typeof SeatClaimInfo>;

export const CustomerSeatClaimResponse = z
  .object({ seat: CustomerSeat, customer_session_token: z.string().describe('Signs them in to their portal.') })
  .meta({ id: 'CustomerSeatClaimResponse' });
export type CustomerSeatClaimResponse = z.infer<typeof CustomerSeatClaimResponse>;
