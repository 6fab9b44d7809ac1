/** Gives a seat of a purchase to a member: at once, or by an invitation. */
import { randomUUID } from 'node:crypto';
import type { SeatId } from '../../billing/ids.ts';
import type { CustomerRow } from '../../db/entities/customer.ts';
import { CustomerSeat, type CustomerSeatRow } from '../../db/entities/customer-seat.ts';
import { Member, type MemberRow } from '../../db/entities/member.ts';
import { wantGrantsOfMember } from '../../db/grants.ts';
import { lockGrants, lockRow } from '../../db/lock.ts';
import { becomeTeam, ownerOf } from '../../db/members.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import { retried } from '../../db/retried.ts';
import { givesNow, hangingOn, isSoldBySeat, placesOf, tellSeat } from '../../db/seats.ts';
import { SEAT_POPULATE } from '../../db/views/customer-seat.ts';
import type { SeatAssign } from '../../schemas/customer-seat.ts';
import { ownedCustomer } from '../customers/find.ts';
import { badRequest, invalid, notFound, seatAlreadyAssigned, seatNotAvailable } from '../errors.ts';
import { memberOf } from '../members/find.ts';
import { memberFor, taken } from '../members/write.ts';
import { type Asker, lockedPurchase, type Purchase, type PurchaseRef } from './find.ts';
import { invite } from './invite.ts';

/** `at` is the machine's. */
export function assignSeat(
  em: EntityManager,
  asker: Asker,
  asked: SeatAssign & PurchaseRef,
  at: Date,
): Promise<CustomerSeatRow> {
  return retried(() =>
    taken(() =>
      em.fork().transactional(async (tx) => {
        const purchase = await lockedPurchase(tx, asker, asked);
        await refuseOthers(tx, purchase);
        const { available } = await placesOf(tx, purchase.holding);
        if (available === 0) throw seatNotAvailable('All seats are taken. Buy more, or revoke one.');
        // What a former holder had, who may be asked for again: before the customer is locked.
        await lockGrants(tx, { ...hangingOn(purchase.holding), wanted: 'revoked' });
        const member = await memberAsked(tx, asker, purchase.customer, asked, at);
        return give(tx, purchase, member, asked, at);
      }),
    ),
  );
}

async function refuseOthers(em: EntityManager, { holding, customer, product }: Purchase): Promise<void> {
  if (customer.deletedAt) throw notFound('The customer has been deleted.');
  if (product === null || !(await isSoldBySeat(em, holding))) {
    throw seatNotAvailable('This was not sold by the seat: there are no places to give to people.');
  }
  if ('order' in holding && !givesNow(holding)) throw seatNotAvailable('This order is not paid, or was refunded.');
  if ('subscription' in holding && holding.subscription.status === 'canceled') {
    throw seatNotAvailable('This subscription has ended.');
  }
}

async function give(
  em: EntityManager,
  { holding, customer, product }: Purchase,
  member: MemberRow,
  asked: SeatAssign,
  at: Date,
): Promise<CustomerSeatRow> {
  const now = nowOf(customer, at);
  const theirs = { ...hangingOn(holding), member: member.id, status: { $ne: 'revoked' as const } };
  if ((await em.count(CustomerSeat, theirs)) > 0) throw seatAlreadyAssigned();
  const isClaimed = asked.immediate_claim;
  const seat = em.create(CustomerSeat, {
    id: randomUUID() as SeatId,
    createdAt: now,
    customer,
    ...holding,
    member,
    status: isClaimed ? 'claimed' : 'pending',
    claimedAt: isClaimed ? now : null,
    metadata: asked.metadata ?? {},
  }) as CustomerSeatRow;
  await em.flush();
  if (product === null) throw notFound();
  if (isClaimed) {
    const given = { ...holding, customer, product, wanted: 'granted' as const, at: now };
    if (givesNow(holding)) await wantGrantsOfMember(em, given, member);
    await tellSeat(em, seat, 'customer_seat.claimed', now);
  } else {
    await invite(em, seat, { customer, product }, at);
    await tellSeat(em, seat, 'customer_seat.assigned', now);
  }
  await becomeTeam(em, customer, now);
  await em.populate([seat], SEAT_POPULATE);
  return seat;
}

async function memberAsked(
  em: EntityManager,
  asker: Asker,
  customer: CustomerRow,
  asked: SeatAssign,
  at: Date,
): Promise<MemberRow> {
  const member = await found(em, asker, customer, asked, at);
  // Whoever removes a member holds their row, and then looks for their seats.
  await lockRow(em, Member, member.id);
  await em.refresh(member);
  if (member.deletedAt) throw notFound('There is no such member.');
  return member;
}

async function found(
  em: EntityManager,
  { organization }: Asker,
  customer: CustomerRow,
  asked: SeatAssign,
  at: Date,
): Promise<MemberRow> {
  const { email, external_member_id: externalId, member_id, customer_id, external_customer_id } = asked;
  const ways = [email || externalId, member_id, customer_id, external_customer_id].filter(Boolean);
  if (ways.length !== 1) {
    throw badRequest(
      'Say who gets the seat, in one way: email (with or without external_member_id), external_member_id, member_id, customer_id or external_customer_id.',
    );
  }
  if (member_id) return memberOf(em, customer.id, { member_id });
  if (externalId) {
    const known = await em.findOne(Member, { customer: customer.id, externalId, deletedAt: null });
    if (known === null && !email) throw notFound('There is no such member.');
    if (known && email && known.email.toLowerCase() !== email.toLowerCase()) {
      throw invalid(['body', 'email'], 'The member with this external id has another address.');
    }
    if (known) return known as MemberRow;
  }
  if (email) return memberFor(em, customer, { email, external_id: externalId ?? null, role: 'member' }, at);
  const ref = customer_id ? { id: customer_id } : { external_id: external_customer_id ?? '' };
  const person = await ownedCustomer(em, organization, ref);
  const owner = person.id === customer.id ? await ownerOf(em, customer.id) : null;
  return owner ?? memberFor(em, customer, { email: person.email, name: person.name ?? null, role: 'member' }, at);
}
