/**
 * Payments that are given up although a request for them may still be on its way: from a worker that hangs, whose process
 * was lost, or through a network that holds it back. What the processor has not been asked yet it must not do later.
 */
import { ApplicationFailure } from '@temporalio/common';
import Stripe from 'stripe';
import type { PaymentId } from '../../billing/ids.ts';
import { toProcessor } from '../../billing/processor-amounts.ts';
import { Payment, type PaymentRow } from '../../db/entities/payment.ts';
import type { Dependencies } from '../dependencies.ts';
import { troubleOf } from './errors.ts';
import { findPaymentIntent, paymentKey, variantOf } from './keyed.ts';

export type Fate =
  | { readonly isMade: true; readonly intent: Stripe.PaymentIntent }
  /** Nor will it be. `intentId` names what stands in its place; null: the processor refuses such a payment anyway. */
  | { readonly isMade: false; readonly intentId: string | null };

/**
 * What the processor has done of a payment whose request was not answered. Where it knows nothing of it, the payment's
 * key is used up, by an intent without a card that is canceled: a request that comes under the key after that asks for
 * something else than the key stands for, and is refused. One that is being worked on holds the key: then this is tried
 * again until it is known. https://docs.stripe.com/api/idempotent_requests
 */
export async function findOrForestall(
  { orm, stripe }: Pick<Dependencies, 'orm' | 'stripe'>,
  paymentId: PaymentId,
): Promise<Fate> {
  for (let variant = 1; ; variant += 1) {
    // Afresh: where the key was taken meanwhile, the processor may know the customer only since then.
    const payment = await orm.em.fork().findOneOrFail(Payment, paymentId, { populate: ['customer'] });
    const customer = payment.customer.stripeCustomerId ?? null;
    const made = customer === null ? null : await findPaymentIntent(stripe, customer, paymentId);
    if (made !== null && !isStandIn(made)) return { isMade: true, intent: made };
    const standIn = made ?? (await takeKey(stripe, payment, customer, variantOf(paymentKey(payment), variant)));
    if (standIn === 'refused') return { isMade: false, intentId: null };
    if (standIn !== 'taken') return { isMade: false, intentId: await endStandIn(stripe, standIn) };
  }
}

/** `taken`: another request has been answered under the key; if it has left no intent, only the next variant may yet. */
async function takeKey(
  stripe: Stripe,
  payment: PaymentRow,
  customer: string | null,
  idempotencyKey: string,
): Promise<Stripe.PaymentIntent | 'taken' | 'refused'> {
  // No more than the payment's own request asks for: what is refused of this is refused of that.
  const params: Stripe.PaymentIntentCreateParams = {
    amount: toProcessor(payment.amount, payment.currency),
    currency: payment.currency,
    ...(customer === null ? {} : { customer }),
    allowed_payment_method_types: ['card'],
    metadata: { payment_id: payment.id, organization_id: payment.organization.id, [STANDS_IN]: 'true' },
  };
  try {
    return await stripe.paymentIntents.create(params, { idempotencyKey });
  } catch (error) {
    const { kind } = troubleOf(error);
    if (kind === 'again') throw error;
    // Stuck is as good as refused: the key stands for this request, whatever came of it.
    return kind === 'taken' ? 'taken' : 'refused';
  }
}

const STANDS_IN = 'stands_in_for_lost_request';

const isStandIn = ({ metadata }: Stripe.PaymentIntent): boolean => metadata[STANDS_IN] === 'true';

async function endStandIn(stripe: Stripe, { id }: Stripe.PaymentIntent): Promise<string> {
  const ended = await canceled(stripe, id);
  if (ended.status !== 'canceled') throw ApplicationFailure.retryable(`${id} was not canceled`, 'Waiting');
  return id;
}

/** As it is then: where it was too late, it is paid, or the processor is at work on it. */
export async function canceled(stripe: Stripe, id: string): Promise<Stripe.PaymentIntent> {
  try {
    await stripe.paymentIntents.cancel(id);
  } catch (error) {
    // 400: it is over already, one way or the other.
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
  }
  return stripe.paymentIntents.retrieve(id, { expand: EXPAND });
}

export const EXPAND = ['latest_charge.balance_transaction', 'payment_method'];
