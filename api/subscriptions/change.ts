/** Turns the peer's one PATCH body, with its many meanings, into the one thing that is asked of the process. */
import type { z } from 'zod';
import type { DiscountId, ProductId } from '../../billing/ids.ts';
import type { CancellationReason } from '../../billing/subscription-state.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { SubscriptionUpdate } from '../../schemas/subscription.ts';
import { invalid, unprocessable } from '../errors.ts';
import type { WorkflowGateway } from '../workflows.ts';
import { changeTerms } from './change-terms.ts';

type Asked = ReturnType<WorkflowGateway['subscription']>;
type Body = z.output<typeof SubscriptionUpdate>;

export async function changeSubscription(
  em: EntityManager,
  process: Asked,
  row: SubscriptionRow,
  body: Body,
): Promise<void> {
  if ('revoke' in body && body.revoke) {
    await process.revoke(reasonOf(body));
  } else if ('cancel_at_period_end' in body && typeof body.cancel_at_period_end === 'boolean') {
    // There is nothing to take back from one that goes on.
    if (!body.cancel_at_period_end && !row.cancelAtPeriodEnd && row.status !== 'canceled') return;
    await (body.cancel_at_period_end ? process.cancel(reasonOf(body)) : process.uncancel());
  } else if ('pause_at_period_end' in body) {
    await setPause(process, row, body);
  } else if ('resume' in body) {
    await process.resume();
  } else if ('current_billing_period_end' in body && body.current_billing_period_end) {
    await process.movePeriodEnd(new Date(body.current_billing_period_end).getTime());
  } else if ('seats' in body) {
    await changeTerms(em, process, row, { seats: body.seats }, body.proration_behavior ?? null);
  } else if ('pending_update' in body) {
    await process.clearPendingChange();
  } else {
    await changeBase(em, process, row, body);
  }
}

/** There is nothing to take back from one that goes on. */
export async function setPause(process: Asked, row: SubscriptionRow, body: WithPause): Promise<void> {
  if (body.pause_at_period_end) await process.pause(body.resumes_at ? new Date(body.resumes_at).getTime() : null);
  else if (row.pauseAtPeriodEnd || row.status === 'paused' || row.status === 'canceled') await process.unpause();
}

interface WithPause {
  readonly pause_at_period_end: boolean;
  readonly resumes_at?: string | Date | null | undefined;
}

/** One change, and metadata along with it: of two, the second may be refused or declined when the first stands. */
async function changeBase(em: EntityManager, process: Asked, row: SubscriptionRow, body: Body): Promise<void> {
  const productId = 'product_id' in body ? body.product_id : undefined;
  const behavior = 'proration_behavior' in body ? (body.proration_behavior ?? null) : null;
  const metadata = 'metadata' in body ? body.metadata : undefined;
  const trialEnd = 'trial_end' in body ? body.trial_end : undefined;
  const discount = 'discount_id' in body ? body.discount_id : undefined;
  // Clients send the present discount along.
  const isDiscountOther = discount !== undefined && (row.discount?.id ?? null) !== discount;
  if (!metadata && !trialEnd && !productId && discount === undefined) {
    const changes =
      'product_id, seats, cancel_at_period_end, revoke, pause_at_period_end, resume, pending_update, trial_end, ' +
      'discount_id, current_billing_period_end or metadata';
    throw invalid(['body'], `Say what to change: ${changes}.`);
  }
  refuseTogether({ product_id: Boolean(productId), discount_id: isDiscountOther, trial_end: Boolean(trialEnd) });
  if (isDiscountOther) await process.changeDiscount(discount as DiscountId | null);
  if (productId) await changeTerms(em, process, row, { productId: productId as ProductId }, behavior);
  if (trialEnd) await process.moveTrialEnd(trialEnd === 'now' ? 'now' : new Date(trialEnd).getTime());
  // Never refused, so that it comes last.
  if (metadata) await process.editMetadata(metadata);
}

function refuseTogether(asked: Readonly<Record<string, boolean>>): void {
  const fields = Object.keys(asked).filter((field) => asked[field]);
  if (fields.length < 2) return;
  const msg = `One change at a time: send ${fields.join(' and ')} in requests of their own.`;
  throw unprocessable(...fields.map((field) => ({ loc: ['body', field], msg, type: 'value_error' })));
}

interface WithReason {
  readonly customer_cancellation_reason?: CancellationReason | null | undefined;
  readonly customer_cancellation_comment?: string | null | undefined;
}

export const reasonOf = (body: WithReason) => ({
  reason: body.customer_cancellation_reason ?? null,
  comment: body.customer_cancellation_comment ?? null,
});
