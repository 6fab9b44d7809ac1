/** Whoever has the link of an invitation takes the seat that it is for. */

import { type CustomerSeatRow, SeatInvitation } from '../../db/entities/customer-seat.ts';
import { Member } from '../../db/entities/member.ts';
import { Organization } from '../../db/entities/organization.ts';
import { wantGrantsOfMember } from '../../db/grants.ts';
import { lockGrants, lockRow } from '../../db/lock.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import { retried } from '../../db/retried.ts';
import { givesNow, hangingOn, tellSeat } from '../../db/seats.ts';
import { hashToken } from '../../db/tokens.ts';
import type { SeatClaimInfo } from '../../schemas/customer-seat.ts';
import { openSession } from '../customers/session.ts';
import { invalidInvitation, notFound } from '../errors.ts';
import { lockedSeat, type Purchase, purchaseOf } from './find.ts';

/** What the link offers, before it is taken. */
export async function claimInfo(em: EntityManager, token: string, at: Date): Promise<SeatClaimInfo> {
  const invitation = await invitationOf(em, token);
  if (invitation === null) throw notFound('This invitation is unknown or used.');
  const { seat } = invitation;
  const purchase = await purchaseOf(em, askerOf(seat), refOf(seat));
  if (purchase.product === null) throw notFound();
  const organization = await em.findOneOrFail(Organization, seat.customer.organization.id);
  return {
    product_name: purchase.product.name,
    product_id: purchase.product.id,
    organization_name: organization.name,
    organization_slug: organization.slug,
    customer_email: seat.member.email,
    can_claim: seat.status === 'pending' && invitation.expiresAt > at && !isOver(purchase),
  };
}

/** The seat is theirs, with all that belongs to it. Answers with a key to their portal too. */
export function claimSeat(
  em: EntityManager,
  token: string,
  at: Date,
): Promise<{ seat: CustomerSeatRow; sessionToken: string }> {
  return retried(() =>
    em.fork().transactional(async (tx) => {
      const invitation = await invitationOf(tx, token);
      if (invitation === null) throw invalidInvitation();
      const { seat, purchase } = await lockedSeat(tx, askerOf(invitation.seat), invitation.seat.id);
      // Once more, now that nobody else can use it.
      const isStill = (await tx.count(SeatInvitation, { id: invitation.id })) > 0;
      const isDue = seat.status === 'pending' && invitation.expiresAt > at && !isOver(purchase);
      if (!isStill || !isDue) throw invalidInvitation();
      await lockGrants(tx, { ...hangingOn(purchase.holding), member: seat.member.id });
      await lockRow(tx, Member, seat.member.id);
      await tx.refresh(seat.member);
      if (seat.member.deletedAt) throw invalidInvitation();
      await take(tx, seat, purchase, nowOf(purchase.customer, at));
      const { token: sessionToken } = await openSession(tx, purchase.customer.id, at, { member: seat.member.id });
      return { seat, sessionToken };
    }),
  );
}

async function take(
  em: EntityManager,
  seat: CustomerSeatRow,
  { holding, customer, product }: Purchase,
  at: Date,
): Promise<void> {
  seat.status = 'claimed';
  seat.claimedAt = at;
  seat.invitationExpiresAt = null;
  seat.modifiedAt = at;
  await em.flush();
  await em.nativeDelete(SeatInvitation, { seat: seat.id });
  if (product !== null && givesNow(holding)) {
    await wantGrantsOfMember(em, { ...holding, customer, product, wanted: 'granted', at }, seat.member);
  }
  await tellSeat(em, seat, 'customer_seat.claimed', at);
}

const isOver = ({ holding, customer }: Purchase): boolean =>
  Boolean(customer.deletedAt) ||
  ('subscription' in holding ? holding.subscription.status === 'canceled' : !givesNow(holding));

async function invitationOf(em: EntityManager, token: string) {
  const found = await em.findOne(
    SeatInvitation,
    { tokenHash: hashToken(token) },
    { populate: ['seat.member', 'seat.customer'] },
  );
  return found === null ? null : { id: found.id, expiresAt: found.expiresAt, seat: found.seat as CustomerSeatRow };
}

const askerOf = ({ customer }: CustomerSeatRow) => ({ organization: customer.organization.id, customer: customer.id });
const refOf = ({ subscription, order }: CustomerSeatRow) => ({
  subscription_id: subscription?.id ?? null,
  order_id: order?.id ?? null,
});
