/** How a charge looks, and what Stripe takes of it. */
import type Stripe from 'stripe';
import { now } from './ids.ts';

/** Stripe's standard price for an account in the US: 2.9 % + 30, and 1.5 % more for cards from elsewhere. */
export function stripeFee(amount: number, cardCountry: string | null): number {
  const basisPoints = cardCountry === 'US' ? 290 : 440;
  return Math.floor((amount * basisPoints + 5000) / 10000) + 30;
}

export function outcome(
  network_status: string,
  type: string,
  reason: string | null,
  seller_message: string,
): Stripe.Charge.Outcome {
  const risk =
    type === 'blocked' ? { risk_level: 'highest', risk_score: 90 } : { risk_level: 'normal', risk_score: 12 };
  const advice = { advice_code: null, network_advice_code: null, network_decline_code: null };
  return { ...advice, network_status, reason, ...risk, seller_message, type };
}

/** A charge before its outcome is known: all that comes from its intent and card. */
export function attempt(
  id: string,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  authenticated: boolean,
): Stripe.Charge {
  const { tax_id: _, ...billing } = method.billing_details;
  return {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: { ...billing, tax_id: null },
    calculated_statement_descriptor: intent.statement_descriptor ?? 'SANDBOX',
    captured: false,
    created: now(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    livemode: false,
    metadata: { ...intent.metadata },
    on_behalf_of: null,
    outcome: null,
    paid: false,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: cardDetails(intent, method, authenticated),
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: intent.shipping,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: 'failed',
    transfer_data: null,
    transfer_group: intent.transfer_group,
  };
}

function cardDetails(
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  authenticated: boolean,
): Stripe.Charge.PaymentMethodDetails {
  const { card } = method;
  if (!card) return { type: method.type };
  return {
    type: 'card',
    card: {
      amount_authorized: intent.amount,
      authorization_code: null,
      brand: card.brand,
      checks: card.checks,
      country: card.country,
      electronic_commerce_indicator: null,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      fingerprint: card.fingerprint,
      funding: card.funding,
      installments: null,
      last4: card.last4,
      mandate: null,
      network: card.brand,
      network_token: { used: false },
      network_transaction_id: null,
      regulated_status: card.regulated_status,
      three_d_secure: authenticated
        ? {
            authentication_flow: 'challenge',
            electronic_commerce_indicator: '05',
            exemption_indicator: null,
            result: 'authenticated',
            result_reason: null,
            transaction_id: null,
            version: '2.2.0',
          }
        : null,
      transaction_link_id: null,
      wallet: null,
    },
  };
}
