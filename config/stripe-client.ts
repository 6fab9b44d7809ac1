/** The official Stripe client, pointed at Stripe or at the sandbox. */
import Stripe from 'stripe';
import type { Environment } from './environment.ts';

/** No retries of its own: those of activities retry, under the same idempotency key. */
export function stripeClient(environment: Pick<Environment, 'STRIPE_SECRET_KEY' | 'STRIPE_API_URL'>): Stripe {
  const url = environment.STRIPE_API_URL === undefined ? undefined : new URL(environment.STRIPE_API_URL);
  return new Stripe(environment.STRIPE_SECRET_KEY, {
    maxNetworkRetries: 0,
    timeout: 25_000,
    telemetry: false,
    ...(url === undefined
      ? {}
      : {
          host: url.hostname,
          port: url.port,
          protocol: url.protocol === 'http:' ? ('http' as const) : ('https' as const),
        }),
  });
}
