/**
 * One checkout, from open to paid and delivered, or expired. However it is interrupted, it ends up paid with everything
 * delivered, or not paid and open again.
 */
import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  setHandler,
  upsertSearchAttributes,
  uuid4,
} from '@temporalio/workflow';
import type { Prepared } from '../activities/checkouts/prepare.ts';
import type { ConfirmIntent } from '../activities/stripe/checkout-intents.ts';
import type { IntentOutcome } from '../activities/stripe/outcome.ts';
import type { OrderId, PaymentId, SubscriptionId } from '../billing/ids.ts';
import * as messages from './checkout.messages.ts';
import { beginSubscription } from './checkout.subscription.ts';
import { now, type TestClockState, waitUntil } from './clock.ts';
import { Inbox } from './inbox.ts';
import { hasRunOutOfTime } from './patience.ts';
import { database, processor, processorReads, steering } from './proxies.ts';
import { CUSTOMER, STATUS } from './search-attributes.ts';
import { liveUntil } from './test-clock.messages.ts';

/** How often the processor is asked about an intent that it doesn't speak of by itself. */
const FIRST_POLL = 10_000;
const LONGEST_POLL = 10 * 60_000;

export async function checkout(start: messages.CheckoutStart): Promise<void> {
  await new Checkout(start).live();
}

/** An attempt that waits for the buyer, at their bank or in their browser. */
interface Pending {
  readonly intentId: string;
  readonly paymentId: PaymentId | null;
  /** Null where another process began the attempt. */
  readonly confirmationToken: string | null;
  nextPollAt: number;
  pause: number;
  /** The processor is at work on it and would not let go. */
  isBeyondRecall: boolean;
}

class Checkout {
  private readonly start: messages.CheckoutStart;
  private clock: TestClockState | null;
  private expiresAt: number;
  private readonly inbox = new Inbox<messages.Confirm, messages.ConfirmOutcome>();
  private status: 'open' | 'succeeded' | 'expired' = 'open';
  private pending: Pending | null = null;
  private lastDeclined: { token: string | null; outcome: messages.ConfirmOutcome } | null = null;
  private heardOfIntent = false;
  private mustExpire = false;
  private resting = false;

  constructor(start: messages.CheckoutStart) {
    this.start = start;
    this.expiresAt = start.expiresAt;
    this.clock = start.clockNow === null ? null : { now: start.clockNow, target: start.clockNow };
    setHandler(messages.confirm, (input) => this.inbox.ask(input), {
      description: 'Pay, or set up a card',
      validator: (_input) => this.refuseWhenExpired(),
    });
    setHandler(messages.checkoutProcessorEvent, () => {
      this.heardOfIntent = true;
    });
    setHandler(messages.expireNow, async () => {
      this.mustExpire = true;
      await condition(() => this.status !== 'open');
    });
    setHandler(liveUntil, (input) => this.liveUntil(input.to));
  }

  async live(): Promise<void> {
    if (this.start.underWay !== null) await this.takeUp(this.start.underWay);
    while (this.status === 'open') {
      if (!this.inbox.isEmpty) await this.inbox.answerNext((request) => this.confirm(request));
      else if (this.pending !== null && this.mustAsk(this.pending)) await this.askProcessor(this.pending);
      else if (this.isTimeToExpire()) await this.expire();
      else await this.rest();
    }
    while (!this.inbox.isEmpty) await this.inbox.answerNext((request) => this.confirm(request));
    this.resting = true;
    await condition(allHandlersFinished);
  }

  /** What an earlier process began is settled before anything else: the buyer may have paid. */
  private async takeUp({ kind, paymentId, intentId }: messages.UnderWay): Promise<void> {
    if (kind === 'free') return void (await this.deliver(null, null));
    if (intentId !== null) {
      this.await({ intentId, paymentId, confirmationToken: null });
      this.heardOfIntent = true;
      return;
    }
    const { checkoutId } = this.start;
    const outcome = await processorReads.findIntent({ checkoutId, paymentId, at: now(this.clock) });
    await this.settle(outcome, paymentId, null);
  }

  private isTimeToExpire(): boolean {
    return this.pending?.isBeyondRecall !== true && (this.mustExpire || now(this.clock) >= this.expiresAt);
  }

  private refuseWhenExpired(): void {
    if (this.status === 'expired') throw ApplicationFailure.nonRetryable('This checkout has expired.', 'Expired');
  }

  /** Until somebody pays, the processor speaks, it is time to ask the processor, or the checkout expires. */
  private async rest(): Promise<void> {
    this.resting = true;
    const { pending } = this;
    const mustExpire = () => this.mustExpire && pending?.isBeyondRecall !== true;
    const woken = () => !this.inbox.isEmpty || mustExpire() || (pending !== null && this.heardOfIntent);
    if (pending === null) {
      await waitUntil(this.clock, this.expiresAt, woken, `expires ${new Date(this.expiresAt).toISOString()}`);
    } else {
      // The processor lives in real time, also where the customer lives on a test clock.
      const expires = () => (this.clock?.target ?? 0) >= this.expiresAt && !pending.isBeyondRecall;
      const left = Math.max(1, pending.nextPollAt - Date.now());
      await condition(() => woken() || expires(), left, { summary: 'until the processor is asked again' });
      if (this.clock !== null && expires()) this.clock.now = Math.max(this.clock.now, this.expiresAt);
    }
    this.resting = false;
  }

  private mustAsk(pending: Pending): boolean {
    return this.heardOfIntent || Date.now() >= pending.nextPollAt;
  }

  private async confirm({ confirmationToken }: messages.Confirm): Promise<messages.ConfirmOutcome> {
    if (this.status === 'succeeded') return { status: 'succeeded' };
    this.refuseWhenExpired();
    // The same press of Pay, sent twice, gets the same answer.
    if (this.lastDeclined !== null && confirmationToken !== null && this.lastDeclined.token === confirmationToken) {
      return this.lastDeclined.outcome;
    }
    if (this.pending !== null) {
      if (this.pending.confirmationToken === confirmationToken) return { status: 'action_required' };
      const outcome = await this.callOff(this.pending);
      if (outcome !== null) return outcome;
    }
    return this.tryToPay(confirmationToken);
  }

  private async tryToPay(confirmationToken: string | null): Promise<messages.ConfirmOutcome> {
    const { checkoutId } = this.start;
    const attemptId = uuid4() as PaymentId;
    const hasCard = confirmationToken !== null;
    const prepared = await database.prepareCheckout({ checkoutId, attemptId, hasCard, at: now(this.clock) });
    if (prepared.kind === 'refused') return { status: 'refused', reason: prepared.reason };
    if (prepared.kind === 'over') {
      this.become(prepared.status);
      this.refuseWhenExpired();
      return { status: 'succeeded' };
    }
    if (prepared.kind === 'under_way') {
      await this.takeUp(prepared.underWay);
      return this.confirm({ confirmationToken });
    }
    this.adopt(prepared);
    if (prepared.kind === 'free' || confirmationToken === null) return this.deliver(null, confirmationToken);
    const paymentId = prepared.kind === 'payment' ? attemptId : null;
    const { attempt } = prepared;
    const intent = await this.askForMoney({ checkoutId, attempt, paymentId, confirmationToken, at: now(this.clock) });
    return this.settle(intent, paymentId, confirmationToken);
  }

  /** An attempt whose answer never came within the key's time is looked up before anything else is done about it. */
  private async askForMoney(attempt: ConfirmIntent): Promise<IntentOutcome> {
    try {
      return await processor.confirmIntent(attempt);
    } catch (error) {
      if (!hasRunOutOfTime(error)) throw error;
      return processorReads.findIntent(attempt);
    }
  }

  /** The customer may live on a test clock; from now on so does their checkout. */
  private adopt(prepared: Exclude<Prepared, { kind: 'refused' | 'over' | 'under_way' }>): void {
    this.expiresAt = prepared.expiresAt;
    upsertSearchAttributes([{ key: CUSTOMER, value: prepared.customerId }]);
    if (this.clock === null && prepared.clockNow !== null) {
      this.clock = { now: prepared.clockNow, target: prepared.clockNow };
    }
  }

  private async settle(
    outcome: IntentOutcome,
    paymentId: PaymentId | null,
    confirmationToken: string | null,
    isReplaced = false,
  ): Promise<messages.ConfirmOutcome> {
    switch (outcome.status) {
      case 'paid':
      case 'set_up':
        this.pending = null;
        return this.deliver(paymentId, confirmationToken);
      case 'action_required':
        this.await({ intentId: outcome.intentId, paymentId, confirmationToken });
        return { status: 'action_required' };
      case 'declined': {
        this.pending = null;
        const { checkoutId } = this.start;
        const { reason } = outcome;
        const at = now(this.clock);
        const message = await database.reopenCheckout({ checkoutId, paymentId, reason, isReplaced, at });
        const declined = { status: 'declined', reason, message } as const;
        this.lastDeclined = { token: confirmationToken, outcome: declined };
        return declined;
      }
    }
  }

  private await(attempt: Pick<Pending, 'intentId' | 'paymentId' | 'confirmationToken'>): void {
    this.pending = { ...attempt, nextPollAt: Date.now() + FIRST_POLL, pause: FIRST_POLL, isBeyondRecall: false };
  }

  private async askProcessor(pending: Pending): Promise<void> {
    this.heardOfIntent = false;
    const outcome = await processorReads.readIntent({ ...this.refTo(pending), at: now(this.clock) });
    if (outcome.status === 'action_required') {
      pending.pause = Math.min(pending.pause * 2, LONGEST_POLL);
      pending.nextPollAt = Date.now() + pending.pause;
      if (this.mustExpire || now(this.clock) >= this.expiresAt) await this.expire();
      return;
    }
    await this.settle(outcome, pending.paymentId, pending.confirmationToken);
  }

  /** Null once the attempt is off; its outcome where the buyer was faster, has no trial, or the processor won't let go of it yet. */
  private async callOff(pending: Pending): Promise<messages.ConfirmOutcome | null> {
    const outcome = await processorReads.cancelIntent({ ...this.refTo(pending), at: now(this.clock) });
    if (outcome.status === 'action_required') {
      pending.isBeyondRecall = true;
      return { status: 'action_required' };
    }
    const settled = await this.settle(outcome, pending.paymentId, pending.confirmationToken, true);
    return settled.status === 'declined' ? null : settled;
  }

  private refTo({ intentId, paymentId }: Pending) {
    return { checkoutId: this.start.checkoutId, intentId, paymentId };
  }

  private async expire(): Promise<void> {
    if (this.pending !== null && (await this.callOff(this.pending)) !== null) return;
    const underWay = await database.expireCheckout({ checkoutId: this.start.checkoutId, at: now(this.clock) });
    if (underWay) return this.takeUp(underWay);
    this.become('expired');
  }

  private async deliver(paymentId: PaymentId | null, token: string | null): Promise<messages.ConfirmOutcome> {
    const subscriptionId = uuid4() as SubscriptionId;
    const order = { checkoutId: this.start.checkoutId, paymentId, orderId: uuid4() as OrderId };
    const given = { ...order, subscriptionId, at: now(this.clock) };
    let delivered = await database.deliverCheckout(given);
    if (delivered.upgradeOf !== undefined) {
      const isUpgraded = await steering.askForUpgrade({ ...order, subscriptionId: delivered.upgradeOf });
      if (!isUpgraded) delivered = await database.deliverCheckout({ ...given, isUpgradeOff: true });
    }
    if (delivered.isTrialRefused) {
      const refused = { status: 'refused', reason: 'trial_had' } as const;
      this.lastDeclined = { token, outcome: refused };
      return refused;
    }
    const { subscriptionId: begun, organizationId, customerId } = delivered;
    const clockNow = this.clock?.now ?? null;
    if (begun !== null) await beginSubscription(begun, { organizationId, customerId, clockNow });
    this.become('succeeded');
    return { status: 'succeeded' };
  }

  private become(status: 'succeeded' | 'expired'): void {
    this.status = status;
    upsertSearchAttributes([{ key: STATUS, value: status }]);
  }

  /** For a test clock: lets time pass until `to`, and answers once the checkout rests there. */
  private async liveUntil(to: number): Promise<{ nextDue: number | null }> {
    const { clock } = this;
    if (clock === null) throw ApplicationFailure.nonRetryable('This checkout lives in real time.', 'Refused');
    clock.target = Math.max(clock.target, to);
    const isExpiring = () => this.status === 'open' && this.expiresAt <= to && this.pending?.isBeyondRecall !== true;
    await condition(() => this.resting && this.inbox.isEmpty && !isExpiring());
    clock.now = Math.max(clock.now, to);
    return { nextDue: this.status === 'open' && this.expiresAt > to ? this.expiresAt : null };
  }
}
