/** What the processor keeps of a payment; for some charges it says so only some time after them. */
import type Stripe from 'stripe';
import { feeOfCharge } from '../../billing/processor-amounts.ts';

/** In the payment's own currency. For an intent whose `latest_charge.balance_transaction` is expanded; null: not known yet. */
export function feeOf(intent: Stripe.PaymentIntent): number | null {
  const charge = typeof intent.latest_charge === 'object' ? intent.latest_charge : null;
  const transaction = typeof charge?.balance_transaction === 'object' ? charge.balance_transaction : null;
  return charge && transaction ? feeOfCharge(charge, transaction) : null;
}

export async function readFee(stripe: Stripe, intentId: string): Promise<number | null> {
  return feeOf(await stripe.paymentIntents.retrieve(intentId, { expand: ['latest_charge.balance_transaction'] }));
}
