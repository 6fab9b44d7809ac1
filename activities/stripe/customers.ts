/** Our customers and their cards, as the processor knows them. */
import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import type { PaymentMethodId } from '../../billing/ids.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { PaymentMethod, type PaymentMethodRow } from '../../db/entities/payment-method.ts';
import type { EntityManager } from '../../db/orm.ts';

/** The processor's id of a customer (`cus_…`), made at the first need. */
export async function ensureStripeCustomer(em: EntityManager, stripe: Stripe, customer: CustomerRow): Promise<string> {
  if (customer.stripeCustomerId) return customer.stripeCustomerId;
  const made = await stripe.customers.create(
    {
      email: customer.email,
      ...(customer.name ? { name: customer.name } : {}),
      metadata: { customer_id: customer.id, organization_id: customer.organization.id },
    },
    { idempotencyKey: `customer/${customer.id}` },
  );
  await em.nativeUpdate(Customer, customer.id, { stripeCustomerId: made.id });
  return made.id;
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
