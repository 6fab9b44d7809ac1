/** Makes an order with its lines and invoice number, in the transaction of what it bills. */
import { randomUUID } from 'node:crypto';
import type { CheckoutId, CustomerId, OrderId } from '../../billing/ids.ts';
import type { CustomerRow } from '../../db/entities/customer.ts';
import type { DiscountRow } from '../../db/entities/discount.ts';
import { Order, OrderItem, type OrderRow } from '../../db/entities/order.ts';
import { Organization } from '../../db/entities/organization.ts';
import type { ProductRow } from '../../db/entities/product.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { itemColumns, taxColumns } from '../../db/order-columns.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { PricedOrder } from '../../db/pricing.ts';

export interface NewOrder {
  readonly id: OrderId;
  readonly customer: CustomerRow;
  readonly product: ProductRow;
  readonly subscription: SubscriptionRow | null;
  readonly cycle: number | null;
  /** Of an order for the usage of a meter period. */
  readonly meterPeriodEnd?: Date;
  readonly checkoutId: CheckoutId | null;
  readonly billingReason: OrderRow['billingReason'];
  readonly currency: string;
  /** Of a seat-based price. */
  readonly seats: number | null;
  readonly priced: PricedOrder;
  /** Whose discount it has; none, if left out. */
  readonly discount?: DiscountRow | null;
  readonly metadata: OrderRow['metadata'];
  /** What its buyer entered; of a subscription's order, what its subscriber did. */
  readonly customFieldData?: OrderRow['customFieldData'];
  readonly at: Date;
}

/**
 * A pending order. Whoever makes it pays it in the same transaction when nothing is due. The caller numbers it
 * (`numberInvoice`) as the last thing before the commit, and tells of it afterwards.
 */
export async function createOrder(em: EntityManager, order: NewOrder): Promise<OrderRow> {
  const { lines, totals, buyer } = order.priced;
  const row = em.create(Order, {
    id: order.id,
    createdAt: order.at,
    organization: order.customer.organization,
    customer: order.customer,
    product: order.product,
    subscription: order.subscription,
    cycle: order.cycle,
    meterPeriodEnd: order.meterPeriodEnd ?? null,
    checkoutId: order.checkoutId,
    status: 'pending',
    billingReason: order.billingReason,
    currency: order.currency,
    seats: order.seats,
    subtotalAmount: totals.subtotal,
    discount: order.discount ?? null,
    discountAmount: totals.discount,
    netAmount: totals.net,
    totalAmount: totals.total,
    ...taxColumns(order.priced),
    billingName: order.customer.billingName ?? order.customer.name ?? null,
    billingAddress: buyer.address,
    description: order.product.name,
    metadata: order.metadata,
    customFieldData: order.customFieldData ?? order.subscription?.customFieldData ?? {},
  });
  for (const [position, line] of lines.entries()) {
    em.create(OrderItem, { id: randomUUID(), createdAt: order.at, order: row, position, ...itemColumns(line) });
  }
  return row;
}

/**
 * Gives the order the next number of its series. The series' row stays locked until the commit, which is what keeps
 * the numbers without gaps; so this comes last in a transaction, and all else is locked by then.
 */
export async function numberInvoice(em: EntityManager, order: OrderRow): Promise<void> {
  if (order.invoiceNumber) return;
  const organization = await em.findOneOrFail(Organization, order.organization.id);
  const isByCustomer = organization.invoiceNumbering === 'customer';
  const [row]: { number: number }[] = await em.execute('select take_invoice_number(?::uuid, ?)::int as number', [
    order.customer.id,
    isByCustomer,
  ]);
  if (row === undefined) throw new Error(`There is no number for ${order.id}.`);
  const series = isByCustomer ? [await seriesOf(em, order.customer.id)] : [];
  order.invoiceNumber = [organization.invoicePrefix, ...series, padded(row.number)].join('-');
}

/** The customer is locked, with their number. */
async function seriesOf(em: EntityManager, customer: CustomerId): Promise<string> {
  const [row]: { series: string }[] = await em.execute('select invoice_series_of(?::uuid) as series', [customer]);
  if (row === undefined) throw new Error(`There is no series for ${customer}.`);
  return row.series;
}

const padded = (number: number): string => String(number).padStart(4, '0');
