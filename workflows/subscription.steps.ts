/** Which step in the database each thing is that is due, or asked. */
import { ApplicationFailure } from '@temporalio/workflow';
import type { Step, Stepped } from '../activities/subscriptions/step.ts';
import type { PaymentMethodId } from '../billing/ids.ts';
import type { DueKind, Dunning } from '../billing/subscription-state.ts';
import { database } from './proxies.ts';
import type { RetryPayment } from './subscription.messages.ts';
import type { Request } from './subscription.requests.ts';

/** `dunning` is of the unpaid order, for the retry that is due. */
export function dueStep(kind: Exclude<DueKind, 'approval_end'>, step: Step, dunning: Dunning | null): Promise<Stepped> {
  switch (kind) {
    case 'renewal':
      return database.openPeriod({ ...step, begunAt: Date.now() });
    case 'meter_cycle':
      return database.openMeterCycle({ ...step, begunAt: Date.now() });
    case 'resume':
      return database.resume({ ...step, begunAt: Date.now() });
    case 'final_order':
      return database.openFinalOrder({ ...step, begunAt: Date.now() });
    case 'retry':
      return attemptStep(step, dunning, 'retry_dunning', null);
    case 'grace_end':
      return database.endGrace(step);
    case 'trial_reminder':
      return database.remindOfTrialEnd(step);
    case 'renewal_reminder':
      return database.remindOfRenewal(step);
    case 'pause':
      return database.pause(step);
    case 'end':
      return database.endSubscription({ ...step, reason: null, comment: null });
  }
}

export function requestStep(request: Request, step: Step, dunning: Dunning | null): Promise<Stepped> {
  switch (request.kind) {
    case 'cancel':
      return database.cancelAtPeriodEnd({ ...step, reason: request.reason, comment: request.comment });
    case 'uncancel':
      return database.takeBackCancellation(step);
    case 'revoke':
      return database.endSubscription({ ...step, reason: request.reason, comment: request.comment });
    case 'pause':
      return database.pauseAtPeriodEnd({ ...step, resumesAt: request.resumesAt });
    case 'unpause':
      return database.takeBackPause(step);
    case 'resume':
      return database.resume({ ...step, begunAt: Date.now() });
    case 'terms':
      return database.changeTerms({
        ...step,
        wish: request.wish,
        behavior: request.behavior,
        returnUrl: request.returnUrl ?? null,
        begunAt: Date.now(),
      });
    case 'upgrade': {
      const { checkoutId, paymentId, orderId } = request;
      return database.upgradeSubscription({ ...step, checkoutId, paymentId, orderId });
    }
    case 'clear_pending':
      return database.clearPendingChange(step);
    case 'period_end':
      return database.movePeriodEnd({ ...step, periodEnd: request.periodEnd });
    case 'metadata':
      return database.editMetadata({ ...step, metadata: request.metadata });
    case 'discount':
      return database.changeDiscount({ ...step, discountId: request.discountId });
    case 'trial_end':
      return database.moveTrialEnd({ ...step, trialEnd: request.trialEnd === 'now' ? step.at : request.trialEnd });
    case 'retry_payment':
      return attemptStep(step, dunning, request.trigger, request.paymentMethodId ?? null);
  }
}

/** A further attempt at the unpaid order, which is then the pending charge. */
function attemptStep(
  step: Step,
  dunning: Dunning | null,
  trigger: 'retry_dunning' | RetryPayment['trigger'],
  paymentMethodId: PaymentMethodId | null,
): Promise<Stepped> {
  if (dunning === null) throw ApplicationFailure.nonRetryable('No order is unpaid.', 'Conflict');
  return database.openAttempt({ ...step, orderId: dunning.orderId, trigger, paymentMethodId, begunAt: Date.now() });
}
