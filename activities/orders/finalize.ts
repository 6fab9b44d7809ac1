/**
 * A draft order, or one that is owed, is charged: the attempt is frozen before the processor hears of it, and what follows
 * is written at once.
 */
import type { OrderId, PaymentId, PaymentMethodId } from '../../billing/ids.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { Order, type OrderRow } from '../../db/entities/order.ts';
import { Payment } from '../../db/entities/payment.ts';
import { PaymentMethod } from '../../db/entities/payment-method.ts';
import { wantGrants } from '../../db/grants.ts';
import { lockRow } from '../../db/lock.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { Finalized } from '../../workflows/order.messages.ts';
import { type Dependencies, transaction } from '../dependencies.ts';
import { writeEmail } from '../email/write.ts';
import { refuse } from '../failures.ts';
import { giveBackByHand, payableByHand, takeByHand } from '../ledger/by-hand.ts';
import type { ChargeOutcome } from '../stripe/outcome.ts';
import { numberInvoice } from './create.ts';
import { isOwed, payOwed, refuseFurtherTries } from './owed.ts';
import { markPaid, payOrder, tellOrder } from './pay.ts';

export interface LoadedOrder {
  readonly status: OrderRow['status'];
  /** By a subscription that has ended. */
  readonly isOwed: boolean;
  /** A charge that an earlier process has left; null where none is under way. `at` is on the customer's clock. */
  readonly underWay: { readonly paymentId: PaymentId; readonly begunAt: number; readonly at: number } | null;
}

export function loadOrder(deps: Dependencies, { orderId }: { readonly orderId: OrderId }): Promise<LoadedOrder> {
  return transaction(deps, async (em) => {
    const order = await em.findOneOrFail(Order, orderId, { populate: ['customer.testClock'] });
    const payment = await em.findOne(Payment, { order: orderId, status: 'pending' });
    const known = { status: order.status, isOwed: await isOwed(em, order as OrderRow) };
    if (payment === null) return { ...known, underWay: null };
    const begunAt = payment.begunAt ?? payment.createdAt;
    const at = nowOf(order.customer as CustomerRow, payment.createdAt).getTime();
    return { ...known, underWay: { paymentId: payment.id, begunAt: begunAt.getTime(), at } };
  });
}

export interface OpenOrderPayment {
  readonly orderId: OrderId;
  /** From the workflow, so that a repeated step opens nothing twice. */
  readonly paymentId: PaymentId;
  readonly paymentMethodId: PaymentMethodId | null;
  /** Asked for by the customer, for an order that is owed; not there: a draft. */
  readonly isOwed?: true;
  readonly at: number;
  /** Real time, ms since 1970. */
  readonly begunAt: number;
}

export type OpenedOrderPayment =
  | { readonly kind: 'payment'; readonly paymentId: PaymentId; readonly begunAt: number }
  | { readonly kind: 'free' | 'card_missing' | 'not_draft' | 'not_owed' };

export function openOrderPayment(deps: Dependencies, given: OpenOrderPayment): Promise<OpenedOrderPayment> {
  return transaction(deps, async (em) => {
    const { order, customer } = await locked(em, given.orderId);
    if (await hasSettledIt(em, order, given)) return { kind: 'free' };
    if (given.isOwed) {
      if (!(await isOwed(em, order))) return { kind: 'not_owed' };
    } else if (order.status !== 'draft') return { kind: 'not_draft' };
    if (customer.deletedAt) refuse('Refused', 'The customer of this order was deleted.');
    const earlier = await em.find(Payment, { order: order.id });
    const underWay = earlier.find(({ status }) => status === 'pending');
    if (underWay !== undefined) {
      return { kind: 'payment', paymentId: underWay.id, begunAt: underWay.begunAt?.getTime() ?? given.begunAt };
    }
    const at = new Date(given.at);
    const paid = await payableByHand(em, order);
    if (paid.due === 0) {
      await takeByHand(em, order, paid, null, at);
      // At once: what the balance has paid waits for nobody who might be lost.
      await settlePaid(em, order, customer, null, at);
      return { kind: 'free' };
    }
    if (given.isOwed) refuseFurtherTries(earlier);
    const card = await cardOf(em, customer, given.paymentMethodId);
    if (card === null) return { kind: 'card_missing' };
    await takeByHand(em, order, paid, given.paymentId, at);
    em.create(Payment, {
      id: given.paymentId,
      createdAt: at,
      organization: order.organization,
      customer,
      order,
      attempt: earlier.length + 1,
      trigger: given.isOwed ? 'retry_customer' : 'purchase',
      begunAt: new Date(given.begunAt),
      amount: paid.due,
      currency: order.currency,
      paymentMethodId: card,
    });
    return { kind: 'payment', paymentId: given.paymentId, begunAt: given.begunAt };
  });
}

/** Whether this very step has paid it without a card, and its answer was lost. */
async function hasSettledIt(em: EntityManager, order: OrderRow, { at }: OpenOrderPayment): Promise<boolean> {
  if (order.status !== 'paid' || order.paidAt?.getTime() !== at) return false;
  return (await em.count(Payment, { order: order.id, status: 'succeeded' })) === 0;
}

async function cardOf(
  em: EntityManager,
  customer: CustomerRow,
  named: PaymentMethodId | null,
): Promise<PaymentMethodId | null> {
  const id = named ?? customer.defaultPaymentMethodId;
  if (!id) return null;
  return (await em.findOne(PaymentMethod, { id, customer: customer.id, deletedAt: null }))?.id ?? null;
}

export interface SettleOrder {
  readonly orderId: OrderId;
  /** Null where nothing was charged. */
  readonly paymentId: PaymentId | null;
  readonly outcome: ChargeOutcome;
  readonly at: number;
}

/** Paid, with the books and all that was bought, or as it was before; in one transaction. */
export function settleOrder(deps: Dependencies, given: SettleOrder): Promise<Finalized> {
  const { outcome, paymentId } = given;
  return transaction(deps, async (em) => {
    const { order, customer } = await locked(em, given.orderId);
    const at = new Date(given.at);
    if (outcome.status === 'paid') {
      await settlePaid(em, order, customer, paymentId, at);
      return { status: 'paid' };
    }
    if (paymentId !== null) {
      const payment = await em.findOneOrFail(Payment, paymentId);
      if (payment.status === 'pending') await giveBackByHand(em, order, paymentId, at);
      payment.status = 'failed';
      payment.declineReason ??= outcome.reason;
      payment.modifiedAt = at;
    }
    return { status: 'declined', reason: outcome.reason, paymentId };
  });
}

/** Once: whoever comes after that finds it paid. */
async function settlePaid(
  em: EntityManager,
  order: OrderRow,
  customer: CustomerRow,
  paymentId: PaymentId | null,
  at: Date,
): Promise<void> {
  if (order.status === 'draft') await deliver(em, order, customer, paymentId, at);
  else if (order.status === 'pending') await payOwed(em, order, paymentId, at);
}

async function deliver(
  em: EntityManager,
  order: OrderRow,
  customer: CustomerRow,
  paymentId: PaymentId | null,
  at: Date,
): Promise<void> {
  if (paymentId === null) await markPaid(em, order, at);
  else await payOrder(em, order, await em.findOneOrFail(Payment, paymentId), at);
  // Who was deleted while the bank was asked has paid, but holds nothing any more.
  if (!customer.deletedAt) {
    if (order.product) await wantGrants(em, { customer, product: order.product, order, wanted: 'granted', at });
    await writeEmail(em, { kind: 'order_confirmation', order, at });
  }
  await numberInvoice(em, order);
  await em.flush();
  await tellOrder(em, order, at, 'order.updated', 'order.paid');
}

/** The customer's row too, so that they are not deleted in between. */
async function locked(em: EntityManager, id: OrderId): Promise<{ order: OrderRow; customer: CustomerRow }> {
  await lockRow(em, Order, id);
  const order = (await em.findOneOrFail(Order, id, { populate: ['product'] })) as OrderRow;
  await lockRow(em, Customer, order.customer.id);
  const customer = (await em.findOneOrFail(Customer, order.customer.id)) as CustomerRow;
  return { order, customer };
}
