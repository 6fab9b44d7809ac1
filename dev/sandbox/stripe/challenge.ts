/** Asking for the cardholder's bank: what a client is told to do next, and the way back to the shop. */
import type Stripe from 'stripe';
import type { Call } from './call.ts';

type Intent = Stripe.PaymentIntent | Stripe.SetupIntent;

/** What the client must do next: go to the bank's page, or let Stripe.js show it where there is no way back. */
export function challenge(call: Call, intent: Intent, returnUrl: string | null) {
  const { store, url: base } = call.sandbox;
  const url = `${base}/3ds/${intent.id}?client_secret=${intent.client_secret ?? ''}`;
  store.setFact(wayBack(intent), returnUrl);
  if (returnUrl !== null) return { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url } };
  return { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } };
}

/** Where the return address is kept: an intent forgets it as soon as the bank has answered. */
export function wayBack(intent: Intent): string {
  return `return ${intent.id}`;
}
