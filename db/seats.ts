/** How many places a purchase has, who holds what it gives, and how places are given back. */
import type { CustomerRow } from './entities/customer.ts';
import { CustomerSeat, type CustomerSeatRow, SeatInvitation } from './entities/customer-seat.ts';
import type { MemberRow } from './entities/member.ts';
import { OrderItem, type OrderRow } from './entities/order.ts';
import { Price } from './entities/price.ts';
import type { SubscriptionRow } from './entities/subscription.ts';
import { SubscriptionChange } from './entities/subscription-change.ts';
import { emit } from './events.ts';
import type { EntityManager } from './orm.ts';
import { SEAT_POPULATE, seatView } from './views/customer-seat.ts';

/** By what something was bought. */
export type Holding = { readonly subscription: SubscriptionRow } | { readonly order: OrderRow };

/** Which rows hang on it. */
export const hangingOn = (holding: Holding) =>
  'subscription' in holding ? { subscription: holding.subscription.id } : { order: holding.order.id };

/** Whether it was sold by the seat: units of something else have a label of their own, and are nobody's place. */
export async function isSoldBySeat(em: EntityManager, holding: Holding): Promise<boolean> {
  const price = 'subscription' in holding ? await priceOf(em, holding.subscription) : await soldAt(em, holding.order);
  return price?.amountType === 'seat_based' && !price.unitLabel;
}

const priceOf = (em: EntityManager, { price }: SubscriptionRow) => em.findOne(Price, price.id);

async function soldAt(em: EntityManager, order: OrderRow) {
  if (!order.seats) return null;
  const item = await em.findOne(
    OrderItem,
    { order: order.id, priceId: { $ne: null } },
    { orderBy: { position: 'asc' } },
  );
  return item?.priceId ? em.findOne(Price, item.priceId) : null;
}

/** Whether whoever has claimed a seat of it holds what it gives, or will once it is paid or resumed. */
export function givesNow(holding: Holding): boolean {
  if ('order' in holding) return ['paid', 'partially_refunded'].includes(holding.order.status);
  return ['active', 'trialing'].includes(holding.subscription.status);
}

export interface Places {
  readonly total: number;
  readonly available: number;
}

/** Exact only for who holds the purchase's row. A change to fewer seats that is under way has taken its places already. */
export async function placesOf(em: EntityManager, holding: Holding): Promise<Places> {
  const total = ('subscription' in holding ? holding.subscription.seats : holding.order.seats) ?? 0;
  const least = 'subscription' in holding ? await leastOf(em, holding.subscription, total) : total;
  return { total, available: Math.max(0, least - (await takenSeats(em, holding))) };
}

export function takenSeats(em: EntityManager, holding: Holding): Promise<number> {
  return em.count(CustomerSeat, { ...hangingOn(holding), status: { $ne: 'revoked' } });
}

async function leastOf(em: EntityManager, { id }: SubscriptionRow, total: number): Promise<number> {
  const underWay = { subscriptionId: id, status: { $in: ['pending' as const, 'charging' as const] } };
  const changes = await em.find(SubscriptionChange, underWay, { fields: ['seats'], disableIdentityMap: true });
  return Math.min(total, ...changes.flatMap(({ seats }) => seats ?? []));
}

/** Whoever has claimed a seat; for what is not sold by the seat, the buyer (null). */
export async function holdersOf(em: EntityManager, holding: Holding): Promise<readonly (MemberRow | null)[]> {
  if (!(await isSoldBySeat(em, holding))) return [null];
  const claimed = { ...hangingOn(holding), status: 'claimed' as const };
  const seats = await em.find(CustomerSeat, claimed, { populate: SEAT_POPULATE, orderBy: { id: 'asc' } });
  return seats.map(({ member }) => member as MemberRow);
}

/** The seats are free again, and their invitations worthless; what was held by them is another matter. */
export async function revokeSeats(em: EntityManager, seats: readonly CustomerSeatRow[], at: Date): Promise<void> {
  for (const seat of seats) {
    seat.status = 'revoked';
    seat.revokedAt = at;
    seat.invitationExpiresAt = null;
    seat.modifiedAt = at;
  }
  await em.flush();
  await em.nativeDelete(SeatInvitation, { seat: { $in: seats.map(({ id }) => id) } });
  for (const seat of seats) await tellSeat(em, seat, 'customer_seat.revoked', at);
}

/** Of a purchase that has ended. */
export async function revokeSeatsOf(em: EntityManager, holding: Holding, at: Date): Promise<void> {
  const taken = { ...hangingOn(holding), status: { $ne: 'revoked' as const } };
  const seats = await em.find(CustomerSeat, taken, { orderBy: { id: 'asc' } });
  if (seats.length > 0) await revokeSeats(em, seats as CustomerSeatRow[], at);
}

/** Of all that a customer has bought, as they are no more. */
export async function revokeSeatsBought(em: EntityManager, customer: CustomerRow, at: Date): Promise<void> {
  const taken = { customer: customer.id, status: { $ne: 'revoked' as const } };
  const seats = await em.find(CustomerSeat, taken, { orderBy: { id: 'asc' } });
  if (seats.length > 0) await revokeSeats(em, seats as CustomerSeatRow[], at);
}

export async function tellSeat(
  em: EntityManager,
  seat: CustomerSeatRow,
  type: 'customer_seat.assigned' | 'customer_seat.claimed' | 'customer_seat.revoked',
  at: Date,
): Promise<void> {
  await em.populate([seat], [...SEAT_POPULATE, 'customer']);
  await emit(em, { organizationId: seat.customer.organization.id, type, at, data: () => seatView(seat) });
}
