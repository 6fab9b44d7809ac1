/** Our customers and their cards, as the processor knows them. */
import { createHash, randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import type { PaymentMethodId } from '../../billing/ids.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { PaymentMethod, type PaymentMethodRow } from '../../db/entities/payment-method.ts';
import type { EntityManager } from '../../db/orm.ts';

/**
 * The processor's id of a customer (`cus_…`), made at the first need. Where an answer was lost and the customer is called
 * something else by now, another one is made; whichever the row has had first is theirs, and carries all their payments.
 */
export async function ensureStripeCustomer(em: EntityManager, stripe: Stripe, customer: CustomerRow): Promise<string> {
  if (customer.stripeCustomerId) return customer.stripeCustomerId;
  const params: Stripe.CustomerCreateParams = {
    email: customer.email,
    ...(customer.name ? { name: customer.name } : {}),
    metadata: { customer_id: customer.id, organization_id: customer.organization.id },
  };
  // A key stands for what was sent under it, and what is sent here may change.
  const sent = createHash('sha256').update(JSON.stringify(params)).digest('hex').slice(0, 16);
  const made = await stripe.customers.create(params, { idempotencyKey: `customer/${customer.id}/${sent}` });
  await em.nativeUpdate(Customer, { id: customer.id, stripeCustomerId: null }, { stripeCustomerId: made.id });
  const { stripeCustomerId } = await em.fork().findOneOrFail(Customer, customer.id);
  return stripeCustomerId ?? made.id;
}

/** Keeps what may be shown of a card; the same card of the processor is kept once. */
export async function keepPaymentMethod(
  em: EntityManager,
  customer: CustomerRow,
  method: Stripe.PaymentMethod,
  at: Date,
): Promise<PaymentMethodRow> {
  await em.upsert(
    PaymentMethod,
    {
      id: randomUUID() as PaymentMethodId,
      createdAt: at,
      customer: customer.id,
      stripeId: method.id,
      type: method.type,
      brand: method.card?.brand ?? null,
      last4: method.card?.last4 ?? null,
      expMonth: method.card?.exp_month ?? null,
      expYear: method.card?.exp_year ?? null,
      country: method.card?.country ?? null,
      fingerprint: method.card?.fingerprint ?? null,
    },
    { onConflictFields: ['stripeId'], onConflictAction: 'ignore' },
  );
  return em.findOneOrFail(PaymentMethod, { stripeId: method.id });
}
