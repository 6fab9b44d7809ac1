/** Keeps in a payment's row what the processor says of it. */
import type Stripe from 'stripe';
import type { PaymentId } from '../../billing/ids.ts';
import { Payment } from '../../db/entities/payment.ts';
import type { EntityManager } from '../../db/orm.ts';
import { feeOf } from './fee.ts';
import type { Declined, Paid } from './outcome.ts';

/** For a succeeded intent whose `latest_charge.balance_transaction` is expanded. */
export async function keepPaid(em: EntityManager, paymentId: PaymentId, intent: Stripe.PaymentIntent): Promise<Paid> {
  const charge = typeof intent.latest_charge === 'object' ? intent.latest_charge : null;
  const fee = feeOf(intent);
  const card = charge?.payment_method_details?.card ?? null;
  await em.nativeUpdate(Payment, paymentId, {
    processorId: intent.id,
    ...(fee === null ? {} : { processorFee: fee }),
    methodType: charge?.payment_method_details?.type ?? 'card',
    methodBrand: card?.brand ?? null,
    methodLast4: card?.last4 ?? null,
    methodCountry: card?.country ?? null,
  });
  return { status: 'paid' };
}

export async function keepDeclined(
  em: EntityManager,
  paymentId: PaymentId,
  declined: { readonly intentId: string | null; readonly reason: string; readonly message: string },
): Promise<Declined> {
  // What failed before has its reason: a request that came too late says nothing of it.
  const pending = { id: paymentId, status: 'pending' as const };
  await em.nativeUpdate(Payment, pending, {
    processorId: declined.intentId,
    declineReason: declined.reason,
    declineMessage: declined.message,
  });
  return { status: 'declined', reason: declined.reason };
}

/** What an intent that was not paid says of itself. */
export function declineOf(intent: Stripe.PaymentIntent): { intentId: string; reason: string; message: string } {
  const error = intent.last_payment_error;
  return {
    intentId: intent.id,
    reason: error?.decline_code ?? error?.code ?? intent.status,
    message: error?.message ?? 'The payment was not completed.',
  };
}
