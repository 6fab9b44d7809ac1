/** Stripe's own script, loaded when it is first needed: one for each key, however often a form is drawn. */
import type { Stripe } from '@stripe/stripe-js';
import { loadStripe } from '@stripe/stripe-js/pure';
import type { Authenticated } from './authenticate.ts';

export const UNREACHABLE = 'The card processor could not be reached.';

const loaded = new Map<string, Promise<Stripe | null>>();

/** Null when the script cannot be loaded; a later call tries again. */
export function stripeFor(publishableKey: string): Promise<Stripe | null> {
  const known = loaded.get(publishableKey);
  if (known !== undefined) return known;
  const loading = loadStripe(publishableKey).catch(() => {
    loaded.delete(publishableKey);
    return null;
  });
  loaded.set(publishableKey, loading);
  return loading;
}

export async function authenticateWithStripe(publishableKey: string, clientSecret: string): Promise<Authenticated> {
  const stripe = await stripeFor(publishableKey);
  if (stripe === null) return { kind: 'failed', reason: UNREACHABLE };
  const { error } = await stripe.handleNextAction({ clientSecret });
  return error === undefined ? { kind: 'done' } : { kind: 'failed', reason: error.message ?? UNREACHABLE };
}
