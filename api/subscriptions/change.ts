/** Turns the peer's one PATCH body, with its many meanings, into the one thing that is asked of the process. */
import type { z } from 'zod';
import type { CancellationReason } from '../../billing/subscription-state.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import type { SubscriptionUpdate } from '../../schemas/subscription.ts';
import { invalid } from '../errors.ts';
import type { WorkflowGateway } from '../workflows.ts';

type Asked = ReturnType<WorkflowGateway['subscription']>;
type Body = z.output<typeof SubscriptionUpdate>;

export async function changeSubscription(process: Asked, row: SubscriptionRow, body: Body): Promise<void> {
  if ('revoke' in body && body.revoke) {
    await process.revoke(reasonOf(body));
  } else if ('cancel_at_period_end' in body && typeof body.cancel_at_period_end === 'boolean') {
    // Asking for what already is changes nothing.
    if (body.cancel_at_period_end === row.cancelAtPeriodEnd && row.status !== 'canceled') return;
    await (body.cancel_at_period_end ? process.cancel(reasonOf(body)) : process.uncancel());
  } else if ('trial_end' in body && body.trial_end) {
    await process.moveTrialEnd(body.trial_end === 'now' ? 'now' : new Date(body.trial_end).getTime());
  } else if ('metadata' in body && body.metadata) {
    await process.editMetadata(body.metadata);
  } else {
    throw invalid(['body'], 'Say what to change: cancel_at_period_end, revoke, trial_end or metadata.');
  }
}

interface WithReason {
  readonly customer_cancellation_reason?: CancellationReason | null | undefined;
  readonly customer_cancellation_comment?: string | null | undefined;
}

export const reasonOf = (body: WithReason) => ({
  reason: body.customer_cancellation_reason ?? null,
  comment: body.customer_cancellation_comment ?? null,
});
