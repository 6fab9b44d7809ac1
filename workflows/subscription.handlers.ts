/** What a subscription's process answers to, each by the request that it puts in line. */
import { setHandler } from '@temporalio/workflow';
import * as messages from './subscription.messages.ts';
import type { Asked } from './subscription.requests.ts';
import { liveUntil } from './test-clock.messages.ts';

/** What the handlers need of the process. */
export interface Answering {
  created(): Promise<messages.Committed>;
  change(asked: Exclude<Asked, { kind: 'retry_payment' | 'terms' }>): Promise<messages.Committed>;
  changeTerms(input: messages.ChangeTerms): Promise<messages.ChangedTerms>;
  retry(input: messages.RetryPayment): Promise<messages.RetryOutcome>;
  lookAtBank(): Promise<messages.Committed>;
  processorSpoke(): void;
  liveUntil(to: number): Promise<{ nextDue: number | null }>;
}

export function listen(process: Answering): void {
  setHandler(messages.created, () => process.created());
  setHandler(messages.cancel, (input) => process.change({ kind: 'cancel', ...input }), {
    description: 'End the subscription with its period',
  });
  setHandler(messages.uncancel, () => process.change({ kind: 'uncancel' }), {
    description: 'Take a cancellation back',
  });
  setHandler(messages.revoke, (input) => process.change({ kind: 'revoke', ...input }), {
    description: 'End the subscription at once',
  });
  setHandler(messages.pause, (input) => process.change({ kind: 'pause', ...input }), {
    description: 'Pause the subscription with its period',
  });
  setHandler(messages.unpause, () => process.change({ kind: 'unpause' }), {
    description: 'Take a pause back that has not begun',
  });
  setHandler(messages.resume, () => process.change({ kind: 'resume' }), {
    description: 'Begin a new period now, after a pause',
  });
  setHandler(messages.changeTerms, (input) => process.changeTerms(input), {
    description: 'Change the product or the seats',
  });
  setHandler(messages.upgrade, (input) => process.change({ kind: 'upgrade', ...input }), {
    description: 'Deliver what was bought in its place',
  });
  setHandler(messages.clearPendingChange, () => process.change({ kind: 'clear_pending' }), {
    description: 'Drop the change that the next renewal was to bring',
  });
  setHandler(messages.moveTrialEnd, (input) => process.change({ kind: 'trial_end', ...input }), {
    description: 'Move the end of the trial',
  });
  setHandler(messages.movePeriodEnd, (input) => process.change({ kind: 'period_end', ...input }), {
    description: 'Move the next renewal',
  });
  setHandler(messages.editMetadata, (input) => process.change({ kind: 'metadata', ...input }));
  setHandler(messages.changeDiscount, (input) => process.change({ kind: 'discount', ...input }), {
    description: 'Take something else off from the next order on',
  });
  setHandler(messages.retryPayment, (input) => process.retry(input));
  setHandler(messages.lookAtBank, () => process.lookAtBank(), { description: 'Ask what the bank has said' });
  setHandler(messages.subscriptionProcessorEvent, () => process.processorSpoke());
  setHandler(liveUntil, (input) => process.liveUntil(input.to));
}
