/** Which card an intent is to use: a confirmation token, a payment method's id, new card details, or the one it has. */
import type Stripe from 'stripe';
import { z } from 'zod';
import type { Call } from './call.ts';
import { idOf } from './call.ts';
import { redeem } from './confirmation-tokens.ts';
import { invalid } from './failures.ts';
import { text } from './params.ts';
import { createPaymentMethod, PaymentMethodData, refuseSpent, usablePaymentMethod } from './payment-methods.ts';

export const CardSource = {
  confirmation_token: text.optional(),
  payment_method: text.optional(),
  payment_method_data: PaymentMethodData.optional(),
};
const Source = z.object(CardSource);

export interface ChosenCard {
  readonly method: Stripe.PaymentMethod;
  readonly returnUrl: string | null;
  readonly setupFutureUsage: 'on_session' | 'off_session' | null;
}

/** Throws when more than one is given, or when the card is another customer's or used up. */
export function chooseCard(
  call: Call,
  given: z.output<typeof Source>,
  intent: Stripe.PaymentIntent | Stripe.SetupIntent,
): ChosenCard | undefined {
  const sources = [given.confirmation_token, given.payment_method, given.payment_method_data];
  if (sources.filter((source) => source !== undefined).length > 1) {
    throw invalid(
      'You may only specify one of these parameters: confirmation_token, payment_method, payment_method_data.',
    );
  }
  const chosen = fromParams(call, given, intent) ?? present(call, intent);
  if (chosen) refuseOthersCard(call, chosen.method, idOf(intent.customer));
  return chosen;
}

function fromParams(call: Call, given: z.output<typeof Source>, intent: Stripe.PaymentIntent | Stripe.SetupIntent) {
  if (given.confirmation_token) return redeem(call, given.confirmation_token, intent);
  if (given.payment_method) return plain(usablePaymentMethod(call, given.payment_method));
  if (given.payment_method_data) return plain(createPaymentMethod(call, given.payment_method_data));
  return undefined;
}

function present(call: Call, intent: Stripe.PaymentIntent | Stripe.SetupIntent): ChosenCard | undefined {
  const id = idOf(intent.payment_method);
  return id === null ? undefined : plain(usablePaymentMethod(call, id));
}

const plain = (method: Stripe.PaymentMethod): ChosenCard => ({ method, returnUrl: null, setupFutureUsage: null });

function refuseOthersCard(call: Call, method: Stripe.PaymentMethod, customer: string | null): void {
  const owner = idOf(method.customer);
  if (owner === null) {
    refuseSpent(call, method);
    return;
  }
  if (customer === null) {
    throw invalid(
      'The payment method you provided is attached to a customer so for security purposes you must provide the customer in the request.',
      'payment_method',
    );
  }
  if (owner !== customer) {
    throw invalid(
      `The customer does not have a payment method with the ID ${method.id}. The payment method must be attached to the customer.`,
      'payment_method',
      'resource_missing',
    );
  }
}
