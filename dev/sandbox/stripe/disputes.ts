/** Disputes: payments by one test card are disputed at once; what is said to the bank wins or loses them. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { recordMovement } from './balance.ts';
import type { Call, Route } from './call.ts';
import { idIn, idOf } from './call.ts';
import { emit } from './events.ts';
import { invalid, missing } from './failures.ts';
import { newId, now } from './ids.ts';
import { flag, paging, range, read, text } from './params.ts';

/** Of the evidence only that which decides here. */
export interface StoredDispute extends Omit<Stripe.Dispute, 'evidence'> {
  readonly evidence: { readonly uncategorized_text: string | null };
}

const ANSWER_WITHIN_SECONDS = 10 * 24 * 60 * 60;
const FEE = 1500;
/** What Stripe's test mode takes for an answer that the bank accepts, or doesn't. */
const WORDS = { winning_evidence: 'won', losing_evidence: 'lost' } as const;

export function dispute(call: Call, charge: Stripe.Charge): StoredDispute {
  const { store } = call.sandbox;
  const id = newId('dp');
  const { amount, currency } = charge;
  const withdrawn = moved(call, id, -amount, currency, () => FEE);
  const made = store.put('dispute', {
    id,
    object: 'dispute',
    amount,
    balance_transactions: [withdrawn],
    charge: charge.id,
    created: now(),
    currency,
    enhanced_eligibility_types: [],
    evidence: { uncategorized_text: null },
    evidence_details: {
      due_by: now() + ANSWER_WITHIN_SECONDS,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: idOf(charge.payment_intent),
    reason: 'fraudulent',
    status: 'needs_response',
  });
  store.put('charge', { ...charge, disputed: true });
  emit(call, 'charge.dispute.created', made);
  emit(call, 'charge.dispute.funds_withdrawn', made);
  return made;
}

function moved(call: Call, source: string, amount: number, currency: string, feeOf?: () => number) {
  return recordMovement(call, { type: 'adjustment', source, amount, currency, feeOf, description: 'Chargeback' });
}

function close(call: Call, before: StoredDispute, status: 'won' | 'lost', said: string | null): StoredDispute {
  const { id, amount, currency } = before;
  const back = status === 'won' ? [moved(call, id, amount, currency)] : [];
  const closed = call.sandbox.store.put('dispute', {
    ...before,
    balance_transactions: [...before.balance_transactions, ...back],
    evidence: { uncategorized_text: said },
    evidence_details: { ...before.evidence_details, has_evidence: said !== null, submission_count: said ? 1 : 0 },
    status,
  });
  emit(call, 'charge.dispute.closed', closed, before);
  if (status === 'won') emit(call, 'charge.dispute.funds_reinstated', closed);
  return closed;
}

function disputeInPath(call: Call): StoredDispute {
  const found = call.sandbox.store.find('dispute', idIn(call));
  if (!found) throw missing('dispute', idIn(call));
  return found;
}

function openInPath(call: Call): StoredDispute {
  const found = disputeInPath(call);
  if (found.status === 'needs_response') return found;
  throw invalid('This dispute is already closed');
}

const Update = z.strictObject({
  evidence: z.strictObject({ uncategorized_text: z.enum(['winning_evidence', 'losing_evidence']) }),
  submit: flag.optional(),
});
const Filters = z.strictObject({
  ...paging,
  charge: text.optional(),
  payment_intent: text.optional(),
  created: range.optional(),
});

export const disputeRoutes: Route[] = [
  { method: 'get', path: '/v1/disputes/:id', handle: disputeInPath },
  {
    method: 'post',
    path: '/v1/disputes/:id',
    handle(call) {
      const said = read(Update, call.form).evidence.uncategorized_text;
      return close(call, openInPath(call), WORDS[said], said);
    },
  },
  { method: 'post', path: '/v1/disputes/:id/close', handle: (call) => close(call, openInPath(call), 'lost', null) },
  {
    method: 'get',
    path: '/v1/disputes',
    handle(call) {
      const { charge, payment_intent, created, ...page } = read(Filters, call.form);
      return call.sandbox.store.list('dispute', { charge, payment_intent, created }, page, '/v1/disputes');
    },
  },
];
