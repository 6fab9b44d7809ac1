/**
 * The charge of one draft order, without the customer being there, or of one that an ended subscription owes. However it
 * is interrupted, the order ends up paid once with everything delivered, or as it was before. The process ends with the
 * last request; the next starts it again.
 */
import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  setHandler,
  upsertSearchAttributes,
  uuid4,
} from '@temporalio/workflow';
import type { LoadedOrder } from '../activities/orders/finalize.ts';
import type { PaymentId } from '../billing/ids.ts';
import { Inbox } from './inbox.ts';
import * as messages from './order.messages.ts';
import { database } from './proxies.ts';
import { STATUS } from './search-attributes.ts';
import { charge } from './subscription.charge.ts';

export async function order(start: messages.OrderStart): Promise<void> {
  await new Finalization(start).live();
}

/** Requests are counted: those that came while another was carried out have asked for the same. */
interface Request extends messages.Finalize {
  readonly isOwed: boolean;
  readonly number: number;
}

interface Answered {
  /** The number of the first request that has not been answered with it. */
  readonly before: number;
  readonly paymentMethodId: messages.Finalize['paymentMethodId'];
  readonly outcome: messages.Finalized;
}

class Finalization {
  private readonly start: messages.OrderStart;
  private readonly inbox = new Inbox<Request, messages.Finalized>();
  private asked = 0;
  private last: Answered | null = null;
  private isOver = false;

  constructor(start: messages.OrderStart) {
    this.start = start;
    setHandler(messages.finalize, (input) => this.ask(input, false), {
      description: 'Charge the saved card',
      validator: (_input) => this.refuseWhenOver(),
    });
    setHandler(messages.payOwed, (input) => this.ask(input, true), { description: 'Pay what is owed' });
  }

  private ask(input: messages.Finalize, isOwed: boolean): Promise<messages.Finalized> {
    return this.inbox.ask({ ...input, isOwed, number: this.asked++ });
  }

  async live(): Promise<void> {
    const { status, underWay } = await database.loadOrder(this.start);
    if (underWay !== null) await this.takeUp(underWay);
    else if (status !== 'draft') this.isOver = true;
    do {
      while (!this.inbox.isEmpty) await this.inbox.answerNext((request) => this.finalize(request));
      await condition(allHandlersFinished);
    } while (!this.inbox.isEmpty);
  }

  /** What an earlier process began is settled before anything else: the card may have been charged. */
  private async takeUp({ paymentId, begunAt, at }: NonNullable<LoadedOrder['underWay']>): Promise<void> {
    const outcome = await this.pay(paymentId, begunAt, at);
    // Who waits for it already has asked for this charge, with whichever card; declined, they have a card of their own tried.
    if (outcome.status === 'paid') this.keep(outcome, null);
  }

  private refuseWhenOver(): void {
    if (this.isOver) throw ApplicationFailure.nonRetryable('This order is not a draft any more.', 'OrderNotDraft');
  }

  private async finalize(request: Request): Promise<messages.Finalized> {
    const same = this.answerOfTheSame(request);
    if (same !== null) return same;
    const outcome = await this.attempt(request);
    this.keep(outcome, request.paymentMethodId);
    return outcome;
  }

  private keep(outcome: messages.Finalized, paymentMethodId: messages.Finalize['paymentMethodId']): void {
    this.isOver = outcome.status !== 'declined';
    this.last = { before: this.asked, paymentMethodId, outcome };
    upsertSearchAttributes([{ key: STATUS, value: outcome.status }]);
  }

  /** A button that was pressed twice gets one answer, and the card is asked once. */
  private answerOfTheSame({ number, paymentMethodId }: Request): messages.Finalized | null {
    if (this.last === null || number >= this.last.before) return null;
    const { outcome } = this.last;
    return outcome.status === 'paid' || this.last.paymentMethodId === paymentMethodId ? outcome : null;
  }

  private async attempt({ paymentMethodId, clockNow, isOwed }: Request): Promise<messages.Finalized> {
    const { orderId } = this.start;
    const at = clockNow ?? Date.now();
    const paymentId = uuid4() as PaymentId;
    const asked = { orderId, paymentId, paymentMethodId, at, begunAt: Date.now() };
    const opened = await database.openOrderPayment(isOwed ? { ...asked, isOwed } : asked);
    switch (opened.kind) {
      case 'not_draft':
      case 'not_owed':
        return { status: opened.kind };
      case 'card_missing':
        return { status: 'declined', reason: 'payment_method_missing', paymentId: null };
      case 'free':
        return database.settleOrder({ orderId, paymentId: null, outcome: { status: 'paid' }, at });
      case 'payment':
        return this.pay(opened.paymentId, opened.begunAt, at);
    }
  }

  private async pay(paymentId: PaymentId, begunAt: number, at: number): Promise<messages.Finalized> {
    const { orderId } = this.start;
    const outcome = await charge({ orderId, paymentId, begunAt });
    return database.settleOrder({ orderId, paymentId, outcome, at });
  }
}
