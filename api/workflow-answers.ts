/** What processes answer, and what their refusals become on the wire. */
import {
  type Client,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import {
  type ApiError,
  alreadyActiveSubscription,
  alreadyCanceled,
  conflict,
  expiredCheckout,
  inactiveSubscription,
  invalid,
  notFound,
  orderNotDraft,
  paymentFailed,
  retryLimitExceeded,
  unavailable,
} from './errors.ts';

/** How long a caller waits for a process before being told to look again. */
const PATIENCE = 30_000;

/** How often a request is made that the process has not heard of. */
const TRIES = 5;

/**
 * Where many ask at once while a process is in the middle of a step, the server now and then takes a request back that
 * no worker has looked at, and says so: nothing has been done of it, so that it is simply asked again.
 */
export async function untilHeard<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (failureIn(error)?.type !== 'UnprocessedUpdate') throw error;
      if (tries === TRIES) throw unavailable();
    }
  }
}

export async function answered<T>(client: Client, ask: () => Promise<T>): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + PATIENCE, ask);
  } catch (error) {
    const failure = failureIn(error);
    if (failure !== null) throw refusalOf(failure);
    if (error instanceof WorkflowNotFoundError) throw alreadyCanceled();
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || error instanceof ServiceError) throw unavailable();
    throw error;
  }
}

function failureIn(error: unknown): ApplicationFailure | null {
  if (!(error instanceof WorkflowUpdateFailedError)) return null;
  return error.cause instanceof ApplicationFailure ? error.cause : null;
}

/** Processes name their refusals by type; each has its place among the API's errors. */
export function refusalOf({ type, message }: Pick<ApplicationFailure, 'type' | 'message'>): ApiError {
  switch (type) {
    case 'AlreadyActiveSubscription':
      return alreadyActiveSubscription(message);
    case 'AlreadyCanceledSubscription':
      return alreadyCanceled(message);
    case 'InactiveSubscription':
      return inactiveSubscription(message);
    case 'AcceptedUpdateCompletedWorkflow':
      // An operator ended the process in the middle; asked again, it takes up what was under way.
      return unavailable();
    case 'OrderNotDraft':
      return orderNotDraft(message);
    case 'Expired':
      return expiredCheckout(message);
    case 'NotFound':
      return notFound(message);
    case 'Conflict':
      return conflict(message);
    case 'DiscountRefused':
      return invalid(['body', 'discount_id'], message);
    case 'PaymentFailed':
      return paymentFailed(message);
    case 'RetryLimit':
      return retryLimitExceeded(message);
    default:
      return invalid(['body'], message);
  }
}
