import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { SeatId } from '../../billing/ids.ts';
import { instant, type Metadata, timestamps } from './columns.ts';
import { Customer } from './customer.ts';
import { Email } from './email.ts';
import { Member } from './member.ts';
import { Order } from './order.ts';
import { Subscription } from './subscription.ts';

/**
 * A place that was bought with a subscription or a one-time order, given to a member. It is taken from when it is
 * assigned until it is revoked; whoever assigns holds the row of what it was bought with, so that no more are taken than
 * were bought. A revoked one stays as it was: the place is given again as another row.
 */
export const CustomerSeat = defineEntity({
  name: 'CustomerSeat',
  tableName: 'customer_seats',
  properties: {
    id: p.uuid().$type<SeatId>().primary(),
    ...timestamps(),
    /** Who bought it. */
    customer: () => p.manyToOne(Customer),
    /** One of the two. */
    subscription: () => p.manyToOne(Subscription).nullable(),
    order: () => p.manyToOne(Order).nullable(),
    member: () => p.manyToOne(Member),
    status: p.enum(['pending', 'claimed', 'revoked']),
    /** Of the invitation, in real time; null where there is none. */
    invitationExpiresAt: instant().nullable(),
    claimedAt: instant().nullable(),
    revokedAt: instant().nullable(),
    metadata: p.json<Metadata>().defaultRaw(`'{}'`),
  },
  indexes: [{ properties: ['customer'] }, { properties: ['member'] }],
});
export type CustomerSeatRow = InferEntity<typeof CustomerSeat>;

/**
 * A link that goes out with an invitation: each sending of the e-mail has one of its own, and only the SHA-256 of its
 * token is kept. One without a token stands from when the e-mail was written: where it is gone, another invitation, or
 * the seat's end, has overtaken the e-mail.
 */
export const SeatInvitation = defineEntity({
  name: 'SeatInvitation',
  tableName: 'seat_invitations',
  properties: {
    id: p.uuid().primary(),
    seat: () => p.manyToOne(CustomerSeat),
    email: () => p.manyToOne(Email).deleteRule('cascade'),
    tokenHash: p.string().length(64).nullable().unique(),
    expiresAt: instant(),
  },
  indexes: [{ properties: ['seat'] }, { properties: ['email'] }],
});
