/** How a card answers a payment or a setup: approved, declined for a reason, or its holder must authenticate. */
import type { Behaviour } from './cards.ts';

/** What the sandbox knows of a card that no one is shown. */
export interface CardFacts {
  readonly number: string;
  /** Set by a test: from now on the card does this, whatever its number says. */
  readonly outcome?: string;
  /** Its holder has agreed to payments in their absence. */
  readonly setUp: boolean;
  /** Used once without being attached, or detached: Stripe lets it be used no more. */
  readonly spent: boolean;
}

export interface Decline {
  readonly code: string;
  readonly decline_code: string;
  readonly message: string;
}

export type Verdict =
  | { readonly kind: 'approved' }
  | { readonly kind: 'authenticate' }
  | { readonly kind: 'declined'; readonly decline: Decline };

export interface Use {
  readonly purpose: 'payment' | 'setup';
  readonly offSession: boolean;
  readonly authenticated: boolean;
  readonly attached: boolean;
  readonly setUp: boolean;
}

const CODED = new Map([
  ['authentication_required', 'Your card was declined. This transaction requires authentication.'],
  ['expired_card', 'Your card has expired.'],
  ['incorrect_cvc', "Your card's security code is incorrect."],
  ['processing_error', 'An error occurred while processing your card. Try again in a little bit.'],
]);

/** Decline reasons that are shown under the general code `card_declined`. */
export const DECLINE_REASONS = [
  ...['generic_decline', 'insufficient_funds', 'lost_card', 'stolen_card', 'fraudulent', 'card_velocity_exceeded'],
  ...['do_not_honor', 'call_issuer', 'pickup_card', 'restricted_card', 'transaction_not_allowed', 'try_again_later'],
  ...['issuer_not_available', 'card_not_supported', 'currency_not_supported', 'do_not_try_again', 'invalid_account'],
  ...['new_account_information_available', 'no_action_taken', 'not_permitted', 'revocation_of_all_authorizations'],
  ...['revocation_of_authorization', 'security_violation', 'service_not_allowed', 'stop_payment_order'],
  ...['withdrawal_count_limit_exceeded', 'reenter_transaction', 'approve_with_id', 'duplicate_transaction'],
  ...['expired_card', 'incorrect_cvc', 'processing_error'],
] as const;

export function declineFor(reason: string): Decline {
  const coded = CODED.get(reason);
  if (coded) return { code: reason, decline_code: reason, message: coded };
  const message = reason === 'insufficient_funds' ? 'Your card has insufficient funds.' : 'Your card was declined.';
  return { code: 'card_declined', decline_code: reason, message };
}

/** The behaviour a test has asked for, where it has. */
export function behaviourOf(facts: CardFacts, byNumber: Behaviour): Behaviour {
  if (facts.outcome === undefined) return byNumber;
  if (facts.outcome === 'succeed') return { kind: 'approves' };
  if (facts.outcome === 'authentication_required') return { kind: 'authenticates', unlessSetUp: false };
  return { kind: 'declines', reason: facts.outcome };
}

export function judge(behaviour: Behaviour, use: Use): Verdict {
  switch (behaviour.kind) {
    case 'approves':
      return { kind: 'approved' };
    case 'declines':
      return declined(behaviour.reason);
    case 'declines_once_attached':
      return use.attached && use.purpose === 'payment' ? declined('generic_decline') : { kind: 'approved' };
    case 'authenticates': {
      const excused = use.offSession && behaviour.unlessSetUp && use.setUp;
      if (!use.authenticated && !excused) {
        return use.offSession ? declined('authentication_required') : { kind: 'authenticate' };
      }
      return behaviour.thenDeclines && use.purpose === 'payment'
        ? declined(behaviour.thenDeclines)
        : { kind: 'approved' };
    }
  }
}

function declined(reason: string): Verdict {
  return { kind: 'declined', decline: declineFor(reason) };
}
