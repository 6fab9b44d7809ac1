/** Sorts the processor's errors: an answer about the card, a doubt to be cleared, or a call to be made again. */
import Stripe from 'stripe';

export type Trouble =
  /** The processor said no; asking again with the same card says no again. */
  | { readonly kind: 'declined'; readonly intentId: string | null; readonly reason: string; readonly message: string }
  /**
   * The processor failed while working under our key and now repeats that failure to whoever uses the key. What it did
   * before is found by looking, not by asking again. https://docs.stripe.com/api/idempotent_requests
   */
  | { readonly kind: 'stuck' }
  /** The key stands for another request, which was made in the place of this one. */
  | { readonly kind: 'taken' }
  /** Nothing is known to have happened: the same call, with the same key, may be made again. */
  | { readonly kind: 'again' };

export function troubleOf(error: unknown): Trouble {
  if (error instanceof Stripe.errors.StripeCardError) {
    return {
      kind: 'declined',
      intentId: error.payment_intent?.id ?? error.setup_intent?.id ?? null,
      reason: error.decline_code ?? error.code ?? 'card_declined',
      message: error.message,
    };
  }
  if (error instanceof Stripe.errors.StripeError && isReplayed(error) && (error.statusCode ?? 0) >= 500) {
    return { kind: 'stuck' };
  }
  if (error instanceof Stripe.errors.StripeIdempotencyError && error.statusCode === 400) return { kind: 'taken' };
  if (error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode !== 409) {
    return { kind: 'declined', intentId: null, reason: error.code ?? 'invalid_request', message: error.message };
  }
  return { kind: 'again' };
}

function isReplayed(error: InstanceType<typeof Stripe.errors.StripeError>): boolean {
  return error.headers?.['idempotent-replayed'] === 'true';
}
