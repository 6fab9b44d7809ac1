/** Finding the customer that an id names. */
import type Stripe from 'stripe';
import type { Call } from './call.ts';
import { missing } from './failures.ts';

/** An existing customer who was not deleted; `param` names where the id was given. */
export function customerWithId(call: Call, id: string, param = 'id'): Stripe.Customer {
  const customer = call.sandbox.store.find('customer', id);
  if (!customer) throw missing('customer', id, param);
  return customer;
}
