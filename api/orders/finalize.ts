/** Asks a draft's process to charge it, and says what came of it. */
import type { z } from 'zod';
import type { OrderId, OrganizationId, PaymentMethodId } from '../../billing/ids.ts';
import { Order, type OrderRow } from '../../db/entities/order.ts';
import { Payment } from '../../db/entities/payment.ts';
import { PaymentMethod } from '../../db/entities/payment-method.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { OrderFinalize } from '../../schemas/order-draft.ts';
import type { Finalized } from '../../workflows/order.messages.ts';
import { type ApiError, invalid, notFound, orderNotDraft, paymentActionRequired, paymentFailed } from '../errors.ts';
import type { Services } from '../services.ts';
import { priceOldDraft } from './old-drafts.ts';

export async function finalizeDraft(
  em: EntityManager,
  { taxes, workflows }: Pick<Services, 'taxes' | 'workflows'>,
  organization: OrganizationId,
  id: string,
  { payment_method_id }: z.output<typeof OrderFinalize>,
  at: Date,
): Promise<void> {
  const wanted = { id: id as OrderId, organization };
  const row = await em.findOne(Order, wanted, { populate: ['customer.testClock'] });
  if (row === null) throw notFound();
  const order = row as OrderRow;
  if (order.status !== 'draft') throw orderNotDraft();
  const paymentMethodId = payment_method_id ? await cardOf(em, order, payment_method_id) : null;
  await priceOldDraft(em, taxes, order.id, at);
  const outcome = await workflows.finalizeOrder(
    { orderId: order.id, organizationId: organization, customerId: order.customer.id },
    { paymentMethodId, clockNow: order.customer.testClock?.frozenTime.getTime() ?? null },
  );
  if (outcome.status !== 'paid') throw await refusalOf(em.fork(), outcome);
}

async function cardOf(em: EntityManager, { customer }: OrderRow, id: string): Promise<PaymentMethodId> {
  const card = await em.findOne(PaymentMethod, { id: id as PaymentMethodId, customer: customer.id, deletedAt: null });
  if (card === null) throw invalid(['body', 'payment_method_id'], 'This is not a payment method of the customer.');
  return card.id;
}

async function refusalOf(em: EntityManager, outcome: Exclude<Finalized, { status: 'paid' }>): Promise<ApiError> {
  if (outcome.status !== 'declined') return orderNotDraft();
  if (outcome.reason === 'payment_method_missing') {
    return paymentFailed('The customer has no saved payment method to charge.');
  }
  const { paymentId } = outcome;
  const payment = paymentId === null ? null : await em.findOneOrFail(Payment, paymentId);
  const said = payment?.declineMessage ?? outcome.reason;
  return WANTS_THE_CUSTOMER.has(outcome.reason) ? paymentActionRequired(said) : paymentFailed(said);
}

/** The bank would have the customer prove who they are, which they are not there to do. */
const WANTS_THE_CUSTOMER: ReadonlySet<string> = new Set(['authentication_required', 'requires_action']);
