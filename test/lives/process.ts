/**
 * The process of one subscription without Temporal: the reducer says what is due, the product's own activities write it,
 * and what the processor would answer is a value. In step with workflows/subscription.ts, whose loop this is.
 */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ApplicationFailure } from '@temporalio/common';
import type { Dependencies } from '../../activities/dependencies.ts';
import type { ChargeOutcome } from '../../activities/stripe/outcome.ts';
import { subscriptionActivities } from '../../activities/subscriptions/index.ts';
import type { Step, Stepped } from '../../activities/subscriptions/step.ts';
import type { PaymentId, SubscriptionId } from '../../billing/ids.ts';
import { refusalOf } from '../../billing/subscription-changes.ts';
import {
  type Due,
  type Dunning,
  nextDue,
  type PendingCharge,
  type SubscriptionState,
} from '../../billing/subscription-state.ts';
import type { Asked } from '../../workflows/subscription.requests.ts';

/** Of the world around the process. */
export interface Around {
  now(): number;
  /** What the processor answers, having kept in the payment's row what it says of it. */
  charge(paymentId: PaymentId): Promise<ChargeOutcome>;
  /** Around each step that is due, to compare what comes of it with what was promised. */
  due(due: Due, process: Process, take: () => Promise<void>): Promise<void>;
  /** Whether this step is tried a second time, as if its answer had been lost. */
  isRepeated(): boolean;
}

/** What came of asking: refused by the state or by the rows, or done, with its charge's outcome if there was one. */
export type Answer =
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'done'; readonly outcome: ChargeOutcome | null };

type Activities = ReturnType<typeof subscriptionActivities>;

export class Process {
  readonly id: SubscriptionId;
  private readonly activities: Activities;
  private readonly around: Around;
  private sequence = 0;
  private known: SubscriptionState | null = null;

  constructor(deps: Dependencies, id: SubscriptionId, around: Around) {
    this.id = id;
    this.activities = subscriptionActivities(deps);
    this.around = around;
  }

  get state(): SubscriptionState {
    if (this.known === null) throw new Error('The process is not loaded.');
    return this.known;
  }

  async load(): Promise<void> {
    const { sequence, state } = await this.activities.loadSubscription({ subscriptionId: this.id });
    this.sequence = sequence;
    this.known = state;
  }

  async handleDue(due: Due): Promise<void> {
    await this.around.due(due, this, () => this.takeDue(due));
    await this.collectPending();
  }

  async ask(asked: Asked): Promise<Answer> {
    const refusal = refusalOf(this.state, asked, this.around.now());
    if (refusal !== null) return { kind: 'refused', message: refusal.message };
    if (asked.kind === 'retry_payment' && this.state.dunning === null) return { kind: 'done', outcome: null };
    const before = this.sequence;
    try {
      const step = this.step(`${asked.kind}/${randomUUID()}`);
      await this.take(() => this.requestStep(asked, step));
    } catch (error) {
      if (!(error instanceof ApplicationFailure)) throw error;
      await this.load();
      if (this.sequence !== before) throw new Error(`${asked.kind} was refused, and written.`);
      return { kind: 'refused', message: error.message };
    }
    const due = nextDue(this.state);
    if (asked.kind === 'trial_end' && asked.trialEnd === 'now' && due?.kind === 'renewal') {
      await this.around.due(due, this, () => this.takeDue(due));
    }
    return { kind: 'done', outcome: await this.collectPending() };
  }

  private takeDue(due: Due): Promise<void> {
    const step = this.step(`${due.kind}/${due.at}`);
    return this.take(() => this.dueStep(due, step));
  }

  private async collectPending(): Promise<ChargeOutcome | null> {
    const pending = this.state.pendingCharge;
    return pending === null ? null : this.collect(pending);
  }

  private async collect({ orderId, paymentId }: PendingCharge): Promise<ChargeOutcome> {
    const outcome = await this.around.charge(paymentId);
    const step = this.step(`settle/${paymentId}`);
    await this.take(() => this.activities.settle({ ...step, orderId, paymentId, outcome }));
    return outcome;
  }

  private step(key: string): Step {
    return { subscriptionId: this.id, sequence: this.sequence + 1, key, at: this.around.now() };
  }

  private async take(write: () => Promise<Stepped>): Promise<void> {
    const stepped = await write();
    if (!stepped.isTaken || stepped.sequence !== this.sequence + 1) throw new Error('The step was not taken.');
    if (this.around.isRepeated()) {
      const again = await write();
      if (!isDeepStrictEqual(again, stepped)) throw new Error(`Tried again, it was ${JSON.stringify(again)}.`);
    }
    this.sequence = stepped.sequence;
    this.known = stepped.state;
  }

  private dueStep(due: Due, step: Step): Promise<Stepped> {
    const begunAt = Date.now();
    switch (due.kind) {
      case 'approval_end':
        throw new Error('Nobody is there to be asked by their bank.');
      case 'renewal':
        return this.activities.openPeriod({ ...step, begunAt });
      case 'meter_cycle':
        return this.activities.openMeterCycle({ ...step, begunAt });
      case 'resume':
        return this.activities.resume({ ...step, begunAt });
      case 'final_order':
        return this.activities.openFinalOrder({ ...step, begunAt });
      case 'retry':
        return this.attempt(step, this.state.dunning, 'retry_dunning');
      case 'grace_end':
        return this.activities.endGrace(step);
      case 'trial_reminder':
        return this.activities.remindOfTrialEnd(step);
      case 'renewal_reminder':
        return this.activities.remindOfRenewal(step);
      case 'pause':
        return this.activities.pause(step);
      case 'end':
        return this.activities.endSubscription({ ...step, reason: null, comment: null });
    }
  }

  private requestStep(asked: Asked, step: Step): Promise<Stepped> {
    const begunAt = Date.now();
    switch (asked.kind) {
      case 'cancel':
        return this.activities.cancelAtPeriodEnd({ ...step, reason: asked.reason, comment: asked.comment });
      case 'uncancel':
        return this.activities.takeBackCancellation(step);
      case 'revoke':
        return this.activities.endSubscription({ ...step, reason: asked.reason, comment: asked.comment });
      case 'pause':
        return this.activities.pauseAtPeriodEnd({ ...step, resumesAt: asked.resumesAt });
      case 'unpause':
        return this.activities.takeBackPause(step);
      case 'resume':
        return this.activities.resume({ ...step, begunAt });
      case 'terms':
        return this.activities.changeTerms({ ...step, wish: asked.wish, behavior: asked.behavior, begunAt });
      case 'upgrade':
        return this.activities.upgradeSubscription({
          ...step,
          ...{ checkoutId: asked.checkoutId, paymentId: asked.paymentId, orderId: asked.orderId },
        });
      case 'clear_pending':
        return this.activities.clearPendingChange(step);
      case 'period_end':
        return this.activities.movePeriodEnd({ ...step, periodEnd: asked.periodEnd });
      case 'metadata':
        return this.activities.editMetadata({ ...step, metadata: asked.metadata });
      case 'discount':
        return this.activities.changeDiscount({ ...step, discountId: asked.discountId });
      case 'trial_end': {
        const trialEnd = asked.trialEnd === 'now' ? step.at : asked.trialEnd;
        return this.activities.moveTrialEnd({ ...step, trialEnd });
      }
      case 'retry_payment':
        return this.attempt(step, this.state.dunning, asked.trigger);
    }
  }

  private attempt(
    step: Step,
    dunning: Dunning | null,
    trigger: 'retry_dunning' | 'retry_customer' | 'retry_payment_method_update',
  ): Promise<Stepped> {
    if (dunning === null) throw new Error('No order is unpaid.');
    return this.activities.openAttempt({
      ...step,
      ...{ orderId: dunning.orderId, trigger, paymentMethodId: null, begunAt: Date.now() },
    });
  }
}
