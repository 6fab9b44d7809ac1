/** What was bought with seats, and a seat of it: of an organization, or of one of its customers where they ask. */
import type { FilterQuery } from '@mikro-orm/core';
import type { CheckoutId, CustomerId, OrderId, OrganizationId, SeatId, SubscriptionId } from '../../billing/ids.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import type { CustomerRow } from '../../db/entities/customer.ts';
import { CustomerSeat, type CustomerSeatRow } from '../../db/entities/customer-seat.ts';
import { Order, type OrderRow } from '../../db/entities/order.ts';
import type { ProductRow } from '../../db/entities/product.ts';
import { Subscription, type SubscriptionRow } from '../../db/entities/subscription.ts';
import { lockRow } from '../../db/lock.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { Holding } from '../../db/seats.ts';
import { SEAT_POPULATE } from '../../db/views/customer-seat.ts';
import { badRequest, notFound } from '../errors.ts';

/** For whom to look; a customer looks among their own purchases only. */
export interface Asker {
  readonly organization: OrganizationId;
  readonly customer?: CustomerId;
}

export interface PurchaseRef {
  readonly subscription_id?: string | null | undefined;
  readonly order_id?: string | null | undefined;
  readonly checkout_id?: string | null | undefined;
}

export interface Purchase {
  readonly holding: Holding;
  readonly customer: CustomerRow;
  readonly product: ProductRow | null;
}

export async function purchaseOf(em: EntityManager, asker: Asker, ref: PurchaseRef): Promise<Purchase> {
  const { subscription_id, order_id } = ref.checkout_id ? await outcomeOf(em, asker, ref.checkout_id) : ref;
  const options = { populate: ['customer.testClock', 'product', 'organization'], refresh: true } as const;
  if (subscription_id) {
    const id = subscription_id as SubscriptionId;
    const row = (await em.findOne(Subscription, { id, ...asker }, options)) as SubscriptionRow | null;
    if (row === null) throw notFound('There is no such subscription.');
    return { holding: { subscription: row }, customer: row.customer, product: row.product };
  }
  if (!order_id) throw badRequest('Name the subscription or the order that the seats were bought with.');
  const id = order_id as OrderId;
  const row = (await em.findOne(Order, { id, ...asker, status: { $ne: 'draft' } }, options)) as OrderRow | null;
  if (row === null) throw notFound('There is no such order.');
  return { holding: { order: row }, customer: row.customer, product: row.product ?? null };
}

async function outcomeOf(em: EntityManager, asker: Asker, id: string): Promise<PurchaseRef> {
  const checkout = await em.findOne(Checkout, { id: id as CheckoutId, ...asker, status: 'succeeded' });
  if (checkout === null) throw notFound('There is no such checkout, or it has not been paid.');
  const { subscriptionId, orderId } = checkout;
  return subscriptionId ? { subscription_id: subscriptionId } : { order_id: orderId ?? null };
}

/** Within a transaction: nobody else gives seats of it, and it doesn't change or end, until that is over. */
export async function lockedPurchase(em: EntityManager, asker: Asker, ref: PurchaseRef): Promise<Purchase> {
  const { holding } = await purchaseOf(em, asker, ref);
  await lockPurchase(em, holding);
  return purchaseOf(em, asker, refTo(holding));
}

const lockPurchase = (em: EntityManager, holding: Holding) =>
  'subscription' in holding ? lockRow(em, Subscription, holding.subscription.id) : lockRow(em, Order, holding.order.id);

const refTo = (holding: Holding): PurchaseRef =>
  'subscription' in holding ? { subscription_id: holding.subscription.id } : { order_id: holding.order.id };

export async function seatOf(em: EntityManager, asker: Asker, id: string): Promise<CustomerSeatRow> {
  const { organization, customer } = asker;
  const whose: FilterQuery<CustomerSeatRow> = customer === undefined ? { customer: { organization } } : { customer };
  const row = await em.findOne(CustomerSeat, { $and: [{ id: id as SeatId }, whose] });
  if (row === null) throw notFound('There is no such seat.');
  return row as CustomerSeatRow;
}

/** Within a transaction: the seat with what it was bought with, in nobody else's hands. */
export async function lockedSeat(
  em: EntityManager,
  asker: Asker,
  id: string,
): Promise<{ seat: CustomerSeatRow; purchase: Purchase }> {
  const { subscription, order } = await seatOf(em, asker, id);
  const ref = { subscription_id: subscription?.id ?? null, order_id: order?.id ?? null };
  const purchase = await lockedPurchase(em, asker, ref);
  const options = { populate: SEAT_POPULATE, refresh: true } as const;
  return { seat: (await em.findOneOrFail(CustomerSeat, id as SeatId, options)) as CustomerSeatRow, purchase };
}
