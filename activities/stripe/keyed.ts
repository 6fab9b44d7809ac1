/** Calls that move money, made once however often they are tried. */
import type Stripe from 'stripe';
import type { CheckoutId } from '../../billing/ids.ts';
import type { PaymentRow } from '../../db/entities/payment.ts';
import { type Trouble, troubleOf } from './errors.ts';

export type Answer<T> = { readonly kind: 'made'; readonly object: T } | Extract<Trouble, { kind: 'declined' }>;

/** Of a checkout each attempt has a key, whether it pays or only sets a card up. */
export const attemptKey = (checkoutId: CheckoutId, attempt: number): string =>
  `checkout/${checkoutId}/attempt/${attempt}`;

export const paymentKey = ({ id, checkout, attempt }: Pick<PaymentRow, 'id' | 'checkout' | 'attempt'>): string =>
  checkout ? attemptKey(checkout.id, attempt) : `payment/${id}`;

export const variantOf = (key: string, variant: number): string => (variant === 1 ? key : `${key}/${variant}`);

/**
 * Makes a call under an idempotency key made of ids. Where the processor has failed under that key for good, looks for
 * what it did (`find`), and only if it did nothing goes on to the key's next variant. A key that was used up for a call
 * that came too late leads to what was done about it. Errors after which the call may simply be made again are thrown, for
 * the activity's policy to do so.
 */
export async function keyed<T>(
  key: string,
  call: (options: Stripe.RequestOptions) => Promise<T>,
  find: () => Promise<T | null>,
): Promise<Answer<T>> {
  for (let variant = 1; ; variant += 1) {
    try {
      const object = await call({ idempotencyKey: variantOf(key, variant) });
      return { kind: 'made', object };
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble.kind === 'declined') return trouble;
      if (trouble.kind === 'again') throw error;
      const found = await find();
      if (found !== null) return { kind: 'made', object: found };
      if (trouble.kind === 'taken') throw error;
    }
  }
}

/** The customer's intent that carries a payment's id, if the processor has one; newest first, as it lists them. */
export async function findPaymentIntent(
  stripe: Stripe,
  customer: string,
  paymentId: string,
): Promise<Stripe.PaymentIntent | null> {
  const intents = stripe.paymentIntents.list({
    customer,
    limit: 100,
    expand: ['data.latest_charge.balance_transaction', 'data.payment_method'],
  });
  for await (const intent of intents) {
    if (intent.metadata['payment_id'] === paymentId) return intent;
  }
  return null;
}
