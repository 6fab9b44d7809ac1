/** When a failed charge is tried again, and when it is not worth it. Instants are ms since 1970. */
import { DAY } from './periods.ts';

/** Days after the first failure. */
export const RETRY_DAYS = [2, 7, 14, 21] as const;

/** When to try next, after `failedAttempts` that the schedule counts (the first failure is 1); null: give up. */
export function nextRetry(firstFailedAt: number, failedAttempts: number): number | null {
  const days = RETRY_DAYS[failedAttempts - 1];
  return days === undefined ? null : firstFailedAt + days * DAY;
}

/** The processor's decline codes after which no later attempt with the card can succeed. */
const FINAL_DECLINES: ReadonlySet<string> = new Set([
  'lost_card',
  'stolen_card',
  'pickup_card',
  'restricted_card',
  'revocation_of_all_authorizations',
  'revocation_of_authorization',
  'stop_payment_order',
  'fraudulent',
  'merchant_blacklist',
]);

export function isFinalDecline(declineReason: string): boolean {
  return FINAL_DECLINES.has(declineReason);
}

/** What sets off the attempts of the schedule; those that somebody asked for in between don't use it up. */
export const SCHEDULED_TRIGGERS = ['purchase', 'subscription_cycle', 'retry_dunning'] as const;

/** How often a customer may retry an order by hand. */
export const CUSTOMER_RETRIES = 5;
