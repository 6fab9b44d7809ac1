/** What every sale at a checkout has in common: its order, the money, and the checkout's success. */
import type { OrderId, PaymentId, PaymentMethodId } from '../../billing/ids.ts';
import type { Line } from '../../billing/orders.ts';
import { orderOfCheckout } from '../../db/checkout-tax.ts';
import type { CheckoutRow } from '../../db/entities/checkout.ts';
import type { CustomerRow } from '../../db/entities/customer.ts';
import type { OrderRow } from '../../db/entities/order.ts';
import { Payment } from '../../db/entities/payment.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { linesOf } from '../../db/lines.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { Dependencies } from '../dependencies.ts';
import { createOrder, numberInvoice } from '../orders/create.ts';
import { markPaid, payOrder, tellOrder } from '../orders/pay.ts';
import { effectiveDiscount } from './redeem.ts';
import { tellCheckout } from './tell.ts';

export interface Sold {
  readonly checkout: CheckoutRow;
  readonly customer: CustomerRow;
  readonly subscription: SubscriptionRow | null;
  readonly billingReason: OrderRow['billingReason'];
  /** Of the order, from the workflow. */
  readonly orderId: OrderId;
  readonly at: Date;
}

export async function orderOf(em: EntityManager, sold: Sold): Promise<OrderRow> {
  const { checkout, customer, subscription, billingReason, orderId: id, at } = sold;
  const order = await createOrder(em, {
    id,
    customer,
    product: checkout.product,
    subscription,
    cycle: subscription?.cycle ?? null,
    checkoutId: checkout.id,
    billingReason,
    currency: checkout.currency,
    seats: checkout.seats ?? null,
    // As the buyer was shown it when they pressed Pay, taxes too.
    priced: orderOfCheckout(checkout, customer, linesOfSale(checkout, subscription)),
    discount: subscription?.status === 'trialing' || checkout.discountAmount === 0 ? null : effectiveDiscount(checkout),
    metadata: checkout.metadata,
    customFieldData: checkout.customFieldData,
    at,
  });
  // Taken from the balance when Pay was pressed.
  order.appliedBalanceAmount = checkout.appliedBalanceAmount;
  await em.flush();
  return order;
}

/** A trial is on the first order as a line of its own that costs nothing, like the peer's. */
function linesOfSale(checkout: CheckoutRow, subscription: SubscriptionRow | null): readonly Line[] {
  const { product, price } = checkout;
  return subscription?.status === 'trialing'
    ? [{ label: `Trial period for ${product.name}`, amount: 0, priceId: price.id, proration: false }]
    : linesOf(checkout);
}

/** The card of whoever only typed the customer's address pays for what they bought, and theirs doesn't. */
export function ownCard(checkout: CheckoutRow, customer: CustomerRow): PaymentMethodId | null {
  const { opensPortal, paymentMethodId } = checkout;
  return opensPortal || paymentMethodId === customer.defaultPaymentMethodId ? null : (paymentMethodId ?? null);
}

/** `paymentId` is null where nothing was charged. */
export async function paySale(
  em: EntityManager,
  order: OrderRow,
  paymentId: PaymentId | null,
  at: Date,
): Promise<void> {
  if (paymentId === null) await markPaid(em, order, at);
  else await payOrder(em, order, await em.findOneOrFail(Payment, paymentId), at);
}

export async function succeed(
  deps: Dependencies,
  em: EntityManager,
  { checkout, subscription, at }: Sold,
  order: OrderRow,
): Promise<void> {
  Object.assign(checkout, {
    status: 'succeeded' as const,
    subscriptionId: subscription?.id ?? null,
    orderId: order.id,
    intentStatus: 'succeeded',
    intentClientSecret: null,
    modifiedAt: at,
  });
  await tellCheckout(deps, em, checkout, at, 'checkout.updated');
}

/** The last of the transaction: the number has no gaps because nothing waits for anything after it. */
export async function finishSale(em: EntityManager, order: OrderRow, at: Date): Promise<void> {
  await numberInvoice(em, order);
  await em.flush();
  await tellOrder(em, order, at, 'order.created', 'order.paid');
}
