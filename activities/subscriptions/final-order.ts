/** What waits for an order that no period of a subscription will bring any more, and the last that was used. */
import { randomUUID } from 'node:crypto';
import type { OrderId } from '../../billing/ids.ts';
import type { Line } from '../../billing/orders.ts';
import { lineOfEntry, waitingEntries } from '../../db/billing-entries.ts';
import { discountOf, discountOfNewPeriod } from '../../db/change-plan.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import type { OrderRow } from '../../db/entities/order.ts';
import { Product, type ProductRow } from '../../db/entities/product.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import { priceOrderOf } from '../../db/pricing.ts';
import type { TaxSheet } from '../../tax/sheet.ts';
import type { Dependencies } from '../dependencies.ts';
import { settleUncharged, settleWithBalance } from '../ledger/balance.ts';
import { createOrder } from '../orders/create.ts';
import { openFirstPayment } from '../orders/first-payment.ts';
import { billWaiting } from './entries.ts';
import { closeLastUsage } from './metering.ts';
import { finishOrder, type OpenPeriod } from './renew.ts';
import { type Stepped, takeStep } from './step.ts';

/** Before the end of what was called off: it is charged. A decline leaves it owed. */
export function openFinalOrder(deps: Dependencies, step: OpenPeriod): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at, taxes) => {
    const usage = await closeLastUsage(em, row, at);
    const order = await lastOrder(em, taxes, row, usage, at);
    if (order === null) return;
    await settleWithBalance(em, order, at);
    openFirstPayment(em, row, order, order.customer as CustomerRow, step, at);
    await finishOrder(em, order, at);
  });
}

/** At an end that nobody saw coming: credits go to the customer's balance, charges stay owed. */
export async function billLeftovers(
  em: EntityManager,
  taxes: TaxSheet,
  row: SubscriptionRow,
  usage: readonly Line[],
  at: Date,
): Promise<void> {
  const order = await lastOrder(em, taxes, row, usage, at);
  if (order === null) return;
  await settleUncharged(em, order, at);
  await finishOrder(em, order, at);
}

async function lastOrder(
  em: EntityManager,
  taxes: TaxSheet,
  row: SubscriptionRow,
  usage: readonly Line[],
  at: Date,
): Promise<OrderRow | null> {
  const entries = await waitingEntries(em, row);
  const lines = [...usage, ...entries.map(lineOfEntry)];
  if (lines.length === 0) return null;
  const [customer, product] = await Promise.all([
    em.findOneOrFail(Customer, row.customer.id),
    em.findOneOrFail(Product, row.product.id),
  ]);
  const discount = await discountOf(em, row, row);
  const amount = discountOfNewPeriod(row, lines, discount, at.getTime());
  const priced = await priceOrderOf(em, taxes, row, { lines, discount: amount, at: at.getTime() });
  const order = await createOrder(em, {
    id: randomUUID() as OrderId,
    customer,
    product: product as ProductRow,
    subscription: row,
    cycle: null,
    checkoutId: null,
    billingReason: usage.length > 0 ? 'subscription_meter_cycle' : 'subscription_update',
    currency: row.currency,
    seats: row.seats ?? null,
    priced,
    discount: amount > 0 ? discount : null,
    metadata: row.metadata,
    at,
  });
  await billWaiting(em, row, order.id);
  return order;
}
