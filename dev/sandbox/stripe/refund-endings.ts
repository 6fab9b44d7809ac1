/** Refunds that end later than they begin: those of two test cards stay pending, or fail after all. */
import type Stripe from 'stripe';
import { recordMovement } from './balance.ts';
import type { Call, Sandbox } from './call.ts';
import { idOf, unasked } from './call.ts';
import { cardFacts } from './card-details.ts';
import { PENDING_REFUND, REFUND_FAILS } from './cards.ts';
import { emit } from './events.ts';

const ENDS_AFTER_MS = 1_000;
const LOOK_EVERY_MS = 500;

/** How the refund of this charge begins; where that is not its end, its end is put down for later. */
export function firstStatus(call: Call, refund: string, charge: Stripe.Charge): 'succeeded' | 'pending' {
  const { number } = cardFacts(call, charge.payment_method ?? '');
  if (number !== PENDING_REFUND && number !== REFUND_FAILS) return 'succeeded';
  const ending = number === PENDING_REFUND ? 'succeeded' : 'failed';
  call.sandbox.store.run('insert into endings values (?, ?, ?)', refund, ending, Date.now() + ENDS_AFTER_MS);
  return number === PENDING_REFUND ? 'pending' : 'succeeded';
}

/** Looks for what is due until it is stopped. */
export function endRefundsWhenDue(sandbox: Sandbox): { stop(): void } {
  const timer = setInterval(() => endDue(sandbox), LOOK_EVERY_MS);
  return { stop: () => clearInterval(timer) };
}

function endDue(sandbox: Sandbox): void {
  const { store, webhooks } = sandbox;
  const due = store.rows('select refund, ending from endings where due <= ?', Date.now());
  for (const row of due) {
    store.transaction(() => {
      const refund = store.find('refund', String(row.refund));
      if (refund) end(unasked(sandbox), refund, row.ending === 'failed');
      store.run('delete from endings where refund = ?', String(row.refund));
    });
  }
  if (due.length > 0) webhooks.wake();
}

function end(call: Call, refund: Stripe.Refund, fails: boolean): void {
  const { store } = call.sandbox;
  if (!fails) {
    emit(call, 'refund.updated', store.put('refund', { ...refund, status: 'succeeded' }), refund);
    return;
  }
  const charge = store.find('charge', idOf(refund.charge) ?? '');
  if (charge) {
    const amount_refunded = charge.amount_refunded - refund.amount;
    store.put('charge', { ...charge, amount_refunded, refunded: false });
  }
  const back = recordMovement(call, {
    type: 'refund_failure',
    source: refund.id,
    amount: refund.amount,
    currency: refund.currency,
    description: 'REFUND FAILURE',
  });
  const failure = { status: 'failed', failure_reason: 'unknown', failure_balance_transaction: back.id };
  const failed = store.put('refund', { ...refund, ...failure });
  emit(call, 'refund.updated', failed, refund);
  emit(call, 'refund.failed', failed);
}
