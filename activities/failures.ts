/** Failures that no retry mends. The API turns their type into an answer, so types are part of the contract. */
import { ApplicationFailure } from '@temporalio/common';

export type FailureType =
  | 'NotFound'
  | 'Refused'
  | 'Conflict'
  | 'RetryLimit'
  | 'DiscountRefused'
  | 'PaymentFailed'
  | 'AlreadyActiveSubscription';

/** Ends the activity for good; `message` is fit for the caller's eyes. */
export function refuse(type: FailureType, message: string): never {
  throw ApplicationFailure.nonRetryable(message, type);
}
