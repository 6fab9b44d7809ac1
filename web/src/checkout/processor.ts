/** What a checkout says of its card processor and of the payment under way there. */
import type { Processor } from '../api/catalog.ts';
import type { Checkout } from '../api/checkouts.ts';

/** Nothing where the shop has no processor; then nothing can be paid. */
export function processorOf({ payment_processor_metadata: said }: Checkout): Processor | undefined {
  const { publishable_key, stripe_api } = said;
  return publishable_key === undefined ? undefined : { publishable_key, stripe_api };
}

/** The secret of an intent that waits for the customer's bank, if one does. */
export function waitingForBank({ payment_processor_metadata: said }: Checkout): string | undefined {
  return said.intent_status === 'requires_action' ? said.intent_client_secret : undefined;
}
