/** What waits for an order that no period of a subscription will bring any more. */
import { randomUUID } from 'node:crypto';
import type { OrderId } from '../../billing/ids.ts';
import { lineOfEntry, waitingEntries } from '../../db/billing-entries.ts';
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
import { finishOrder, type OpenPeriod } from './renew.ts';
import { type Stepped, takeStep } from './step.ts';

/** Before the end of what was called off: it is charged. A decline leaves it owed. */
export function openFinalOrder(deps: Dependencies, step: OpenPeriod): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at, taxes) => {
    const order = await orderOfWaiting(em, taxes, row, at);
    if (order === null) return;
    await settleWithBalance(em, order, at);
    openFirstPayment(em, order, order.customer as CustomerRow, step, at);
    await finishOrder(em, order, at);
  });
}

/** At an end that nobody saw coming: credits go to the customer's balance, charges stay owed. */
export async function billLeftovers(em: EntityManager, taxes: TaxSheet, row: SubscriptionRow, at: Date): Promise<void> {
  const order = await orderOfWaiting(em, taxes, row, at);
  if (order === null) return;
  await settleUncharged(em, order, at);
  await finishOrder(em, order, at);
}

async function orderOfWaiting(
  em: EntityManager,
  taxes: TaxSheet,
  row: SubscriptionRow,
  at: Date,
): Promise<OrderRow | null> {
  const entries = await waitingEntries(em, row);
  if (entries.length === 0) return null;
  const [customer, product] = await Promise.all([
    em.findOneOrFail(Customer, row.customer.id),
    em.findOneOrFail(Product, row.product.id),
  ]);
  const priced = await priceOrderOf(em, taxes, row, { lines: entries.map(lineOfEntry), discount: 0, at: at.getTime() });
  const order = await createOrder(em, {
    id: randomUUID() as OrderId,
    customer,
    product: product as ProductRow,
    subscription: row,
    cycle: null,
    checkoutId: null,
    billingReason: 'subscription_update',
    currency: row.currency,
    seats: row.seats ?? null,
    priced,
    metadata: row.metadata,
    at,
  });
  await billWaiting(em, row, order.id);
  return order;
}
