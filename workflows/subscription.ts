/**
 * The life of one subscription, from trial to end. It sleeps until the next due date, handles what is due, and applies
 * the changes asked for one at a time in between: nothing about a subscription ever runs in parallel.
 */
import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  currentUpdateInfo,
  upsertSearchAttributes,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type { ActionRequired, ChargeOutcome } from '../activities/stripe/outcome.ts';
import type { Stepped } from '../activities/subscriptions/step.ts';
import { refusalOf } from '../billing/subscription-changes.ts';
import {
  type Due,
  isOver,
  nextDue,
  type PendingCharge,
  type SubscriptionState,
  type WaitingCharge,
} from '../billing/subscription-state.ts';
import { now, type TestClockState, waitUntil } from './clock.ts';
import { Inbox } from './inbox.ts';
import { database, processorReads } from './proxies.ts';
import { STATUS } from './search-attributes.ts';
import { BankWatch } from './subscription.bank.ts';
import { Beginning } from './subscription.begin.ts';
import { charge, chargePresent } from './subscription.charge.ts';
import { listen } from './subscription.handlers.ts';
import type * as messages from './subscription.messages.ts';
import type { Asked, Request } from './subscription.requests.ts';
import { dueStep, requestStep } from './subscription.steps.ts';

/** A run holds a few periods; each new run costs about as much as a renewal, and frees operators of old code. */
const PERIODS_PER_RUN = 6;
const OPENS_PERIOD: ReadonlySet<Due['kind']> = new Set(['renewal', 'meter_cycle', 'resume']);
/** What may be asked while a change waits for the customer's bank, and leaves it waiting. */
const LEAVES_CHANGE: ReadonlySet<Request['kind']> = new Set(['metadata', 'retry_payment']);

/** What one run hands to the next. */
export interface CarriedSubscription {
  readonly version: 1;
  readonly sequence: number;
  readonly state: SubscriptionState;
}

export async function subscription(start: messages.SubscriptionStart, carried?: CarriedSubscription): Promise<void> {
  await new Subscription(start, carried).live();
}

type Answer = messages.RetryOutcome | messages.ChangedTerms | messages.Committed;

class Subscription {
  private readonly start: messages.SubscriptionStart;
  private readonly clock: TestClockState | null;
  private readonly inbox = new Inbox<Request, Answer>();
  private readonly bank = new BankWatch();
  private readonly beginning = new Beginning();
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
    if (this.beginning.isRefused) return condition(allHandlersFinished);
    while (!isOver(this.known)) {
      const { pendingCharge } = this.known;
      if (pendingCharge !== null) await this.collect(pendingCharge);
      else await this.doNext();
      if (this.mayStartAfresh()) await this.startAfresh();
    }
    // What was asked in the last moments is refused by the state that it finds.
    while (!this.inbox.isEmpty) await this.inbox.answerNext((request) => this.apply(request));
    this.resting = true;
    await condition(allHandlersFinished);
  }

  private async doNext(): Promise<void> {
    const due = nextDue(this.known);
    const { waitingCharge } = this.known;
    const event = await this.rest(due);
    if (event === 'due' && due !== null) await this.handleDue(due);
    else if (event === 'look' && waitingCharge) await this.lookAtBank(waitingCharge);
    else if (!this.inbox.isEmpty) await this.inbox.answerNext((request) => this.apply(request));
  }

  private get known(): SubscriptionState {
    if (this.state === null) throw ApplicationFailure.nonRetryable('The subscription is not loaded.', 'Conflict');
    return this.state;
  }

  private async load(): Promise<void> {
    const loaded = await this.beginning.load(this.start, this.state !== null, now(this.clock));
    if (loaded !== null) this.know(loaded);
  }

  private async rest(due: Due | null): Promise<'due' | 'look' | 'woken'> {
    this.resting = true;
    const summary = due === null ? 'until something is asked' : `${due.kind} on ${new Date(due.at).toISOString()}`;
    const woken = () => !this.inbox.isEmpty || this.mayStartAfresh();
    const event = this.known.waitingCharge
      ? await this.bank.wait(this.clock, due, woken)
      : await waitUntil(this.clock, due?.at ?? null, woken, summary);
    this.resting = false;
    return event;
  }

  /** Only between two things, with every caller answered: what is asked of a run must be answered by it. */
  private mayStartAfresh(): boolean {
    const isLong = this.periodsInRun >= PERIODS_PER_RUN || workflowInfo().continueAsNewSuggested;
    return isLong && this.inbox.isEmpty && allHandlersFinished() && this.known.pendingCharge === null;
  }

  private async startAfresh(): Promise<never> {
    return continueAsNew<typeof subscription>(
      { subscriptionId: this.start.subscriptionId, clockNow: this.clock?.now ?? null },
      { version: 1, sequence: this.sequence, state: this.known },
    );
  }

  // What is due

  private async handleDue({ kind, at }: Due): Promise<void> {
    const { waitingCharge } = this.known;
    if (kind === 'approval_end') return waitingCharge ? this.callOff(waitingCharge) : undefined;
    const step = this.step(`${kind}/${at}`);
    if (OPENS_PERIOD.has(kind)) this.periodsInRun += 1;
    await this.take(dueStep(kind, step, this.known.dunning));
  }

  private async collect(pending: PendingCharge): Promise<ChargeOutcome | ActionRequired> {
    const outcome = pending.isPresent ? await chargePresent(pending) : await charge(pending);
    if (outcome.status === 'action_required') {
      const { paymentId } = pending;
      await this.take(database.waitForBank({ ...this.step(`bank/${paymentId}`), paymentId }));
    } else await this.settle(pending, outcome);
    return outcome;
  }

  private async settle(charged: Pick<PendingCharge, 'orderId' | 'paymentId'>, outcome: ChargeOutcome): Promise<void> {
    const { orderId, paymentId } = charged;
    await this.take(database.settle({ ...this.step(`settle/${paymentId}`), orderId, paymentId, outcome }));
  }

  private async lookAtBank(waiting: WaitingCharge): Promise<void> {
    this.bank.looking();
    const outcome = await processorReads.readPresentCharge({ paymentId: waiting.paymentId });
    if (outcome.status === 'action_required') return this.bank.looked();
    await this.settle(waiting, outcome);
    this.bank.over();
  }

  /** Something else comes first. Where the customer was faster, the change is made; their money is never kept for nothing. */
  private async callOff(waiting: WaitingCharge): Promise<void> {
    await this.settle(waiting, await processorReads.cancelPresentCharge({ paymentId: waiting.paymentId }));
    this.bank.over();
  }

  // What is asked

  private listen(): void {
    listen({
      created: async () => {
        await this.beginning.outcome(() => this.state !== null);
        return { sequence: this.sequence };
      },
      change: async (asked) => {
        await this.ask(asked);
        return { sequence: this.sequence };
      },
      changeTerms: async (input) => {
        const answer = await this.ask({ kind: 'terms', ...input });
        return 'declined' in answer
          ? { ...answer, sequence: this.sequence }
          : { sequence: this.sequence, declined: null };
      },
      retry: async (input) => {
        const answer = await this.ask({ kind: 'retry_payment', ...input });
        return 'status' in answer ? answer : { status: 'nothing_due' };
      },
      lookAtBank: async () => {
        await this.bank.lookedAgain(() => !this.state?.waitingCharge);
        return { sequence: this.sequence };
      },
      processorSpoke: () => this.bank.hear(),
      liveUntil: (to) => this.liveUntil(to),
    });
  }

  private ask(asked: Asked): Promise<Answer> {
    return this.inbox.ask({ ...asked, id: currentUpdateInfo()?.id ?? uuid4() });
  }

  /**
   * Nothing is refused before the row has been asked: it may know of a step whose answer never reached this process.
   * That is also why no validator refuses anything.
   */
  private async apply(request: Request): Promise<Answer> {
    for (;;) {
      if (this.refusalOf(request) !== null) await this.load();
      const { pendingCharge } = this.known;
      if (pendingCharge !== null) await this.collect(pendingCharge);
      // What a change comes to hangs on the period: it is made in the one that holds by now.
      const isOfPeriod = request.kind === 'terms' || request.kind === 'upgrade';
      if (isOfPeriod && (await this.catchUp())) continue;
      const refusal = this.refusalOf(request);
      if (refusal !== null) throw ApplicationFailure.nonRetryable(refusal.message, refusal.type);
      if (request.kind === 'retry_payment' && this.known.dunning === null) return { status: 'nothing_due' };
      const { waitingCharge } = this.known;
      if (waitingCharge && !LEAVES_CHANGE.has(request.kind)) {
        await this.callOff(waitingCharge);
        continue;
      }
      // Not taken where the row had moved on: the request has then to be looked at again.
      const step = this.step(`${request.kind}/${request.id}`);
      if (await this.take(requestStep(request, step, this.known.dunning))) return this.followUp(request);
    }
  }

  /** Whether something was overdue. */
  private async catchUp(): Promise<boolean> {
    const due = nextDue(this.known);
    if (due === null || due.at > now(this.clock)) return false;
    await this.handleDue(due);
    return true;
  }

  private refusalOf(request: Request) {
    return refusalOf(this.known, request, now(this.clock));
  }

  /**
   * What a caller waits for beyond the change itself: a trial that ends now is charged now, as is a resumed period; a change and
   * a retry tell how it went.
   */
  private async followUp(request: Request): Promise<Answer> {
    const due = nextDue(this.known);
    if (request.kind === 'trial_end' && request.trialEnd === 'now' && due?.kind === 'renewal')
      await this.handleDue(due);
    const { pendingCharge } = this.known;
    const outcome = pendingCharge === null ? null : await this.collect(pendingCharge);
    if (request.kind === 'terms') {
      const paymentId = pendingCharge?.paymentId ?? null;
      const declined = outcome?.status === 'declined' ? paymentId : null;
      const isWaiting = outcome?.status === 'action_required' && paymentId !== null;
      return { sequence: this.sequence, declined, ...(isWaiting ? { waiting: paymentId } : {}) };
    }
    if (request.kind !== 'retry_payment') return { sequence: this.sequence };
    return outcome?.status === 'declined' ? outcome : { status: outcome === null ? 'nothing_due' : 'paid' };
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

  private step(key: string) {
    return { subscriptionId: this.start.subscriptionId, sequence: this.sequence + 1, key, at: now(this.clock) };
  }

  /** False where the row had moved on without this process, which now knows what the row says. */
  private async take(step: Promise<Stepped>): Promise<boolean> {
    const stepped = await step;
    this.know(stepped);
    return stepped.isTaken;
  }

  private know({ sequence, state }: Pick<Stepped, 'sequence' | 'state'>): void {
    if (state.status !== this.state?.status) upsertSearchAttributes([{ key: STATUS, value: state.status }]);
    this.sequence = sequence;
    this.state = state;
  }
}
