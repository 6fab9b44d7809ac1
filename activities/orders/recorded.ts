/** What stands of an order that is paid among its customer's events. */
import { portion } from '../../billing/money.ts';
import type { OrderRow } from '../../db/entities/order.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { SystemEvent } from '../../db/system-events.ts';

type Recorded = Omit<SystemEvent, 'at'>;

/** That it is paid, and by what: a payment, or the customer's balance alone. Once its row and the books are flushed. */
export async function recordOfPaid(em: EntityManager, order: OrderRow): Promise<Recorded[]> {
  const paid = recordOf(order, 'order.paid', {
    billing_type: order.subscription ? 'recurring' : 'one_time',
    amount: order.totalAmount,
    net_amount: order.netAmount,
    applied_balance_amount: order.appliedBalanceAmount,
    discount_amount: order.discountAmount,
    discount_id: order.discount?.id,
    platform_fee: order.platformFeeAmount,
    tax_amount: order.taxAmount,
  });
  const settled = await recordOfSettlement(em, order);
  return settled === null ? [paid] : [paid, settled];
}

interface InBooks {
  readonly id: string;
  readonly amount: number;
}

/** What came in without its tax, or what the balance took or was given; null where nothing was to be paid. */
async function recordOfSettlement(em: EntityManager, order: OrderRow): Promise<Recorded | null> {
  const [payment]: InBooks[] = await em.execute(
    `select t.id, p.amount::float8 as amount from payments p
     join ledger_transactions t on t.source_id = p.id and t.kind = 'payment'
     where p.order_id = ?::uuid and p.status = 'succeeded' limit 1`,
    [order.id],
  );
  const place = { ...placeOf(order), fee: order.platformFeeAmount };
  if (payment === undefined) {
    if (order.appliedBalanceAmount === 0) return null;
    return recordOf(order, 'balance.credit_order', { ...place, amount: order.netAmount, tax_amount: order.taxAmount });
  }
  const tax = taxIn(payment.amount, order);
  const amount = payment.amount - tax;
  return recordOf(order, 'balance.order', {
    ...place,
    transaction_id: payment.id,
    amount,
    net_amount: order.netAmount,
    presentment_amount: amount,
    presentment_currency: order.currency,
    tax_amount: tax,
  });
}

/** In proportion, where the balance has paid a part. */
const taxIn = (paid: number, { taxAmount, totalAmount }: OrderRow): number =>
  paid >= totalAmount ? taxAmount : portion(taxAmount, paid, totalAmount);

const placeOf = ({ taxRates: [rate] }: OrderRow) => ({
  tax_country: rate?.country,
  tax_state: rate?.state ?? undefined,
});

const recordOf = (order: OrderRow, name: SystemEvent['name'], more: SystemEvent['metadata']): Recorded => ({
  name,
  customerId: order.customer.id,
  metadata: {
    order_id: order.id,
    product_id: order.product?.id,
    subscription_id: order.subscription?.id,
    currency: order.currency,
    ...more,
  },
});
