/**
 * The life of one subscription, from trial to end. It sleeps until the next due date, handles what is due, and applies
 * the changes asked for one at a time in between: nothing about a subscription ever runs in parallel.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  log,
  setHandler,
  TimeoutFailure,
  upsertSearchAttributes,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type { ChargeOutcome } from '../activities/stripe/outcome.ts';
import type { OrderId, PaymentId } from '../billing/ids.ts';
import { type Change, refusalOf } from '../billing/subscription-changes.ts';
import { type Due, isOver, nextDue, type SubscriptionState } from '../billing/subscription-state.ts';
import { now, type TestClockState, waitUntil } from './clock.ts';
import { Inbox } from './inbox.ts';
import { database, processor, processorReads } from './proxies.ts';
import { STATUS } from './search-attributes.ts';
import * as messages from './subscription.messages.ts';
import { liveUntil } from './test-clock.messages.ts';

/** A run holds a few periods; each new run costs about as much as a renewal, and frees operators of old code. */
const PERIODS_PER_RUN = 6;

/** What one run hands to the next. */
export interface CarriedSubscription {
  readonly version: 1;
  readonly sequence: number;
  readonly state: SubscriptionState;
}

type Request =
  | ({ readonly kind: 'cancel' } & messages.Cancel)
  | { readonly kind: 'uncancel' }
  | ({ readonly kind: 'revoke' } & messages.Cancel)
  | { readonly kind: 'trial_end'; readonly trialEnd: number | 'now' }
  | { readonly kind: 'period_end'; readonly periodEnd: number }
  | { readonly kind: 'metadata'; readonly metadata: Record<string, string | number | boolean> }
  | { readonly kind: 'retry_payment'; readonly trigger: 'retry_customer' | 'retry_payment_method_update' };

export async function subscription(start: messages.SubscriptionStart, carried?: CarriedSubscription): Promise<void> {
  await new Subscription(start, carried).live();
}

class Subscription {
  private readonly start: messages.SubscriptionStart;
  private readonly clock: TestClockState | null;
  private readonly inbox = new Inbox<Request, messages.RetryOutcome | messages.Committed>();
  private state: SubscriptionState | null;
  private sequence: number;
  private periodsInRun = 0;
  private resting = false;

  constructor(start: messages.SubscriptionStart, carried: CarriedSubscription | undefined) {
    this.start = start;
    this.clock = start.clockNow === null ? null : { now: start.clockNow, target: start.clockNow };
    this.state = carried?.state ?? null;
    this.sequence = carried?.sequence ?? 0;
    this.listen();
  }

  async live(): Promise<void> {
    if (this.state === null) await this.load();
    while (!isOver(this.known)) {
      const due = nextDue(this.known);
      const event = await this.rest(due);
      if (event === 'due' && due !== null) await this.handleDue(due);
      else if (!this.inbox.isEmpty) await this.inbox.answerNext((request) => this.apply(request));
      if (this.mayStartAfresh()) await this.startAfresh();
    }
    // What was asked in the last moments is refused by the state that it finds.
    while (!this.inbox.isEmpty) await this.inbox.answerNext((request) => this.apply(request));
    this.resting = true;
    await condition(allHandlersFinished);
  }

  private get known(): SubscriptionState {
    if (this.state === null) throw ApplicationFailure.nonRetryable('The subscription is not loaded.', 'Conflict');
    return this.state;
  }

  private async load(): Promise<void> {
    const { create, subscriptionId } = this.start;
    const loaded =
      create === undefined
        ? await database.loadSubscription({ subscriptionId })
        : await database.createSubscription({ ...create, subscriptionId, at: now(this.clock) });
    this.sequence = loaded.sequence;
    this.state = loaded.state;
  }

  private async rest(due: Due | null): Promise<'due' | 'woken'> {
    this.resting = true;
    const summary = due === null ? 'until something is asked' : `${due.kind} on ${new Date(due.at).toISOString()}`;
    const event = await waitUntil(
      this.clock,
      due?.at ?? null,
      () => !this.inbox.isEmpty || this.mayStartAfresh(),
      summary,
    );
    this.resting = false;
    return event;
  }

  /** Only between two things, with every caller answered: what is asked of a run must be answered by it. */
  private mayStartAfresh(): boolean {
    const isLong = this.periodsInRun >= PERIODS_PER_RUN || workflowInfo().continueAsNewSuggested;
    return isLong && this.inbox.isEmpty && allHandlersFinished();
  }

  private async startAfresh(): Promise<never> {
    return continueAsNew<typeof subscription>(
      { subscriptionId: this.start.subscriptionId, clockNow: this.clock?.now ?? null },
      { version: 1, sequence: this.sequence, state: this.known },
    );
  }

  // What is due

  private async handleDue(due: Due): Promise<void> {
    switch (due.kind) {
      case 'renewal':
        return this.renew();
      case 'retry':
        await this.collectAgain('retry_dunning');
        return;
      case 'grace_end':
        return this.take(await database.endGrace(this.step()));
      case 'trial_reminder':
        return this.take(await database.remindOfTrialEnd(this.step()));
      case 'end':
        return this.take(await database.endSubscription({ ...this.step(), reason: null, comment: null }));
    }
  }

  /** Opens the next period first, then charges for it. */
  private async renew(): Promise<void> {
    const orderId = uuid4() as OrderId;
    const paymentId = uuid4() as PaymentId;
    const opened = await database.openPeriod({ ...this.step(), orderId, paymentId });
    this.take(opened);
    this.periodsInRun += 1;
    if (opened.charge) await this.collect(orderId, paymentId, 1);
  }

  /** A further attempt at the unpaid order; only those of the schedule count towards giving up. */
  private async collectAgain(
    trigger: 'retry_dunning' | 'retry_customer' | 'retry_payment_method_update',
  ): Promise<messages.RetryOutcome> {
    const { dunning } = this.known;
    if (dunning === null) return { status: 'nothing_due' };
    const { orderId } = dunning;
    const paymentId = uuid4() as PaymentId;
    await database.openAttempt({ orderId, paymentId, attempt: dunning.attempts + 1, trigger, at: now(this.clock) });
    const failures = dunning.scheduledFailures + (trigger === 'retry_dunning' ? 1 : 0);
    const outcome = await this.collect(orderId, paymentId, failures);
    return outcome.status === 'paid' ? { status: 'paid' } : { status: 'declined', reason: outcome.reason };
  }

  private async collect(orderId: OrderId, paymentId: PaymentId, scheduledFailures: number): Promise<ChargeOutcome> {
    const outcome = await charge(paymentId);
    this.take(await database.settle({ ...this.step(), orderId, paymentId, outcome, scheduledFailures }));
    return outcome;
  }

  // What is asked

  private listen(): void {
    setHandler(messages.created, async () => {
      await condition(() => this.state !== null);
      return { sequence: this.sequence };
    });
    setHandler(messages.cancel, (input) => this.change({ kind: 'cancel', ...input }), {
      description: 'End the subscription with its period',
      validator: (_input) => this.refuse({ kind: 'cancel' }),
    });
    setHandler(messages.uncancel, () => this.change({ kind: 'uncancel' }), {
      description: 'Take a cancellation back',
      validator: () => this.refuse({ kind: 'uncancel' }),
    });
    setHandler(messages.revoke, (input) => this.change({ kind: 'revoke', ...input }), {
      description: 'End the subscription at once',
      validator: (_input) => this.refuse({ kind: 'revoke' }),
    });
    setHandler(messages.moveTrialEnd, (input) => this.change({ kind: 'trial_end', ...input }), {
      description: 'Move the end of the trial',
      validator: ({ trialEnd }) => this.refuse({ kind: 'trial_end', trialEnd }),
    });
    setHandler(messages.movePeriodEnd, (input) => this.change({ kind: 'period_end', ...input }), {
      description: 'Move the next renewal',
      validator: ({ periodEnd }) => this.refuse({ kind: 'period_end', periodEnd }),
    });
    setHandler(messages.editMetadata, (input) => this.change({ kind: 'metadata', ...input }));
    setHandler(messages.retryPayment, async ({ trigger }) => {
      const answer = await this.inbox.ask({ kind: 'retry_payment', trigger });
      return 'status' in answer ? answer : { status: 'nothing_due' };
    });
    setHandler(liveUntil, (input) => this.liveUntil(input.to));
  }

  private async change(request: Exclude<Request, { kind: 'retry_payment' }>): Promise<messages.Committed> {
    await this.inbox.ask(request);
    return { sequence: this.sequence };
  }

  /** For validators: what the state forbids never enters the history. */
  private refuse(change: Change): void {
    const refusal = this.state === null ? null : refusalOf(this.state, change, now(this.clock));
    if (refusal !== null) throw ApplicationFailure.nonRetryable(refusal.message, refusal.type);
  }

  /** The state may have changed while the request stood in line, so it is looked at again. */
  private async apply(request: Request): Promise<messages.RetryOutcome | messages.Committed> {
    this.refuse(request);
    switch (request.kind) {
      case 'cancel':
        this.take(await database.cancelAtPeriodEnd({ ...this.step(), ...reasonOf(request) }));
        break;
      case 'uncancel':
        this.take(await database.takeBackCancellation(this.step()));
        break;
      case 'revoke':
        this.take(await database.endSubscription({ ...this.step(), ...reasonOf(request) }));
        break;
      case 'period_end':
        this.take(await database.movePeriodEnd({ ...this.step(), periodEnd: request.periodEnd }));
        break;
      case 'metadata':
        this.take(await database.editMetadata({ ...this.step(), metadata: request.metadata }));
        break;
      case 'trial_end': {
        const trialEnd = request.trialEnd === 'now' ? now(this.clock) : request.trialEnd;
        this.take(await database.moveTrialEnd({ ...this.step(), trialEnd }));
        if (request.trialEnd === 'now') await this.renew();
        break;
      }
      case 'retry_payment':
        return this.collectAgain(request.trigger);
    }
    return { sequence: this.sequence };
  }

  /** For a test clock: lets time pass until `to`, and answers once all that was due by then has been done. */
  private async liveUntil(to: number): Promise<{ nextDue: number | null }> {
    const { clock } = this;
    if (clock === null) throw ApplicationFailure.nonRetryable('This subscription lives in real time.', 'Refused');
    clock.target = Math.max(clock.target, to);
    await condition(() => this.resting && this.inbox.isEmpty && !this.isDueBy(to));
    clock.now = Math.max(clock.now, to);
    return { nextDue: nextDue(this.known)?.at ?? null };
  }

  private isDueBy(to: number): boolean {
    const due = this.state === null ? null : nextDue(this.state);
    return this.state === null || (due !== null && due.at <= to);
  }

  // Bookkeeping

  private step() {
    return { subscriptionId: this.start.subscriptionId, sequence: this.sequence + 1, at: now(this.clock) };
  }

  private take({ state }: { readonly state: SubscriptionState }): void {
    this.sequence += 1;
    if (state.status !== this.state?.status) upsertSearchAttributes([{ key: STATUS, value: state.status }]);
    this.state = state;
  }
}

/** A charge whose answer never came within the key's time is looked up before anything else is done about it. */
async function charge(paymentId: PaymentId): Promise<ChargeOutcome> {
  try {
    return await processor.charge({ paymentId });
  } catch (error) {
    if (!(error instanceof ActivityFailure && error.cause instanceof TimeoutFailure)) throw error;
    log.warn('the processor has not answered a charge; looking it up', { paymentId });
    return processorReads.findCharge({ paymentId });
  }
}

const reasonOf = ({ reason, comment }: messages.Cancel): messages.Cancel => ({ reason, comment });
