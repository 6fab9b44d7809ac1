/** Corrects what an order's invoice will say of the buyer, until the invoice is asked for. */
import type { z } from 'zod';
import type { OrderId } from '../../billing/ids.ts';
import { OrderDocument } from '../../db/entities/document.ts';
import { Order, type OrderRow } from '../../db/entities/order.ts';
import { Payment } from '../../db/entities/payment.ts';
import { emit } from '../../db/events.ts';
import { lockRow } from '../../db/lock.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import { ORDER_POPULATE, orderView } from '../../db/views/order.ts';
import type { OrderUpdate } from '../../schemas/order.ts';
import type { TaxProvider } from '../../tax/provider.ts';
import { type TaxSheet, withTaxes } from '../../tax/sheet.ts';
import { invalid, paymentAlreadyInProgress } from '../errors.ts';
import { priceDraftAgain } from './price-draft.ts';

type Correction = z.output<typeof OrderUpdate>;

export interface OrderEdit {
  readonly id: string;
  readonly body: Correction;
  readonly at: Date;
  /** The order among those of the caller. */
  find(em: EntityManager): Promise<OrderRow>;
}

export async function editOrder(em: EntityManager, taxes: TaxProvider, edit: OrderEdit): Promise<OrderRow> {
  return withTaxes(taxes, (sheet) => em.fork().transactional((tx) => write(tx, sheet, edit)));
}

async function write(tx: EntityManager, taxes: TaxSheet, { id, body, at, find }: OrderEdit): Promise<OrderRow> {
  await lockRow(tx, Order, id as OrderId);
  const row = await find(tx);
  await refuseOnceIssued(tx, row, body);
  await tx.populate([row], [...ORDER_POPULATE, 'customer.testClock']);
  if (body.billing_name !== undefined) row.billingName = body.billing_name;
  if (body.billing_address !== undefined) row.billingAddress = corrected(row.billingAddress, body.billing_address);
  row.modifiedAt = nowOf(row.customer, at);
  if (row.status === 'draft' && body.billing_address) {
    if ((await tx.count(Payment, { order: row.id, status: 'pending' })) > 0) throw paymentAlreadyInProgress();
    await priceDraftAgain(tx, taxes, row, row.modifiedAt);
  }
  await tx.flush();
  const event = { organizationId: row.organization.id, type: 'order.updated' as const, at: row.modifiedAt };
  await emit(tx, { ...event, data: () => orderView(row) });
  return row;
}

/** Also while the invoice is still being made. */
async function refuseOnceIssued(em: EntityManager, order: OrderRow, body: Correction): Promise<void> {
  const changed = (['billing_name', 'billing_address'] as const).find((field) => body[field] !== undefined);
  if (changed === undefined) return;
  if ((await em.count(OrderDocument, { order: order.id, kind: 'invoice' })) > 0) {
    throw invalid(['body', changed], 'The invoice is made: what stands on it stays.');
  }
}

/** What is taxed where stays: an address is corrected within its country and state. */
function corrected(present: OrderRow['billingAddress'], wish: Correction['billing_address']) {
  if (!present) return wish ?? null;
  if (!wish) throw invalid(['body', 'billing_address'], 'The billing address can be corrected, but not removed.');
  if (wish.country !== present.country) {
    throw invalid(['body', 'billing_address', 'country'], 'The country of a billing address stays.');
  }
  const state = wish.state ?? present.state ?? null;
  if (bare(state) !== bare(present.state)) {
    throw invalid(['body', 'billing_address', 'state'], 'The state of a billing address stays.');
  }
  return { ...wish, state };
}

/** `US-NY` and `NY` are the same. */
const bare = (state: string | null | undefined) => state?.replace(/^[A-Z]{2}-/, '') ?? null;
