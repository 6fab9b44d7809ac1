/** 3-D Secure: lets a customer approve at their bank what an intent's client secret (`pi_…`, `seti_…`) stands for. */
import type { Processor } from '../../api/catalog.ts';
import { goToBank } from './sandbox-processor.ts';

export type Authenticated =
  /** The browser is on its way to the bank's page, and comes back to the return URL of the confirmation token. */
  { readonly kind: 'leaving' } | { readonly kind: 'done' } | { readonly kind: 'failed'; readonly reason: string };

export async function authenticate(processor: Processor, clientSecret: string): Promise<Authenticated> {
  if (processor.stripe_api !== undefined) {
    return goToBank({ stripeApi: processor.stripe_api, publishableKey: processor.publishable_key }, clientSecret);
  }
  const { authenticateWithStripe } = await import('./stripe-script.ts');
  return authenticateWithStripe(processor.publishable_key, clientSecret);
}
