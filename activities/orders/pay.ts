/** An order is paid: its row, the payment's row and the books, in one transaction with the events that tell of it. */
import { platformFee } from '../../billing/fees.ts';
import { Order, type OrderRow } from '../../db/entities/order.ts';
import { Organization } from '../../db/entities/organization.ts';
import type { PaymentRow } from '../../db/entities/payment.ts';
import { emit } from '../../db/events.ts';
import type { EntityManager } from '../../db/orm.ts';
import { wake } from '../../db/outbox.ts';
import { ORDER_POPULATE, orderView } from '../../db/views/order.ts';
import { recordPayment } from '../ledger/record.ts';
import { recordTax } from '../ledger/tax.ts';
import { recordOfPaid } from './recorded.ts';

/** Pays the order and writes the books; the payment's row already says what the processor answered. */
export async function payOrder(em: EntityManager, order: OrderRow, payment: PaymentRow, at: Date): Promise<void> {
  const organization = await em.findOneOrFail(Organization, order.organization.id);
  const fee = platformFee(
    payment.amount,
    payment.currency,
    isInternational(payment.methodCountry, organization.country),
  );
  payment.order = order;
  payment.status = 'succeeded';
  payment.modifiedAt = at;
  if (order.taxEvidence) order.taxEvidence = { ...order.taxEvidence, card: payment.methodCountry ?? null };
  await markPaid(em, order, at);
  order.platformFeeAmount = fee;
  await em.flush();
  await recordPayment(em, {
    paymentId: payment.id,
    organizationId: organization.id,
    currency: payment.currency,
    amount: payment.amount,
    processorFee: payment.processorFee ?? null,
    platformFee: fee,
    at,
  });
  if (payment.processorFee === null || payment.processorFee === undefined) await wake(em, 'processor_fee', payment.id);
}

/** What is charged for an order: its total, as far as the customer's balance leaves it. */
export const dueOf = ({ totalAmount, appliedBalanceAmount }: OrderRow): number => totalAmount + appliedBalanceAmount;

/** An order with nothing left to pay, by whatever it was paid. Its tax is owed from now on, and told to its provider. */
export async function markPaid(em: EntityManager, order: OrderRow, at: Date): Promise<void> {
  order.status = 'paid';
  order.paidAt = at;
  order.nextPaymentAttemptAt = null;
  order.modifiedAt = at;
  await recordTax(em, order, at);
  if (order.taxCalculationId) await wake(em, 'tax_record', order.id);
}

export async function tellOrder(
  em: EntityManager,
  order: OrderRow,
  at: Date,
  ...types: readonly ('order.created' | 'order.updated' | 'order.paid')[]
): Promise<void> {
  const view = async () => {
    await em.flush();
    // Read afresh: until this transaction changed the row, somebody else may have.
    const options = { populate: ORDER_POPULATE, refresh: true } as const;
    return orderView((await em.findOneOrFail(Order, order.id, options)) as OrderRow);
  };
  let told: Promise<unknown> | null = null;
  const data = () => {
    told ??= view();
    return told;
  };
  if (types.includes('order.paid')) await em.flush();
  const paid = types.includes('order.paid') ? await recordOfPaid(em, order) : [];
  await emit(
    em,
    ...types.map((type) => ({
      ...{ organizationId: order.organization.id, type, at, data },
      recorded: type === 'order.paid' ? paid : undefined,
    })),
  );
}

function isInternational(cardCountry: string | null | undefined, sellerCountry: string | null | undefined): boolean {
  return cardCountry !== null && cardCountry !== undefined && cardCountry !== (sellerCountry ?? 'US');
}
