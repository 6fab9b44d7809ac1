/**
 * Charges that the processor is still at work on. What it answers under a key it repeats for as long as it knows the key,
 * so they are asked for by their own id from then on.
 */
import { ApplicationFailure } from '@temporalio/common';
import type Stripe from 'stripe';
import type { PaymentId } from '../../billing/ids.ts';
import { Payment, type PaymentRow } from '../../db/entities/payment.ts';
import type { EntityManager } from '../../db/orm.ts';
import { EXPAND } from './forestalled.ts';

/** The activity's next try finds it by `intentBefore`. */
export async function askAgain(em: EntityManager, paymentId: PaymentId, { id }: Stripe.PaymentIntent): Promise<never> {
  await em.nativeUpdate(Payment, { id: paymentId, status: 'pending' }, { processorId: id });
  throw ApplicationFailure.retryable(`${id} is still being processed`, 'Processing');
}

/** As it is now, where an answer has named it before. */
export async function intentBefore(
  stripe: Stripe,
  { processorId }: Pick<PaymentRow, 'processorId'>,
): Promise<Stripe.PaymentIntent | null> {
  return processorId ? stripe.paymentIntents.retrieve(processorId, { expand: EXPAND }) : null;
}
