/** Pay was pressed: settles who buys and what is due, and freezes the attempt before the processor hears of it. */
import { randomUUID } from 'node:crypto';
import type { CheckoutId, CustomerId, PaymentId } from '../../billing/ids.ts';
import { activeTrial } from '../../billing/trials.ts';
import type { CheckoutRow } from '../../db/entities/checkout.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Payment } from '../../db/entities/payment.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import { emit } from '../../db/events.ts';
import { lockCheckout } from '../../db/lock.ts';
import type { EntityManager } from '../../db/orm.ts';
import { customerView } from '../../db/views/customer.ts';
import { type Dependencies, transaction } from '../dependencies.ts';
import { tellCheckout } from './tell.ts';

export interface Prepare {
  readonly checkoutId: CheckoutId;
  /** Counts the times Pay was pressed, from 1. */
  readonly attempt: number;
  /** For the payment's row, should something be due. */
  readonly paymentId: PaymentId;
  readonly confirmationToken: string | null;
  readonly at: number;
}

export type RefusalReason = 'already_subscribed' | 'customer_missing' | 'confirmation_missing' | 'product_gone';

export type Prepared =
  | { readonly kind: 'free' | 'payment' | 'setup'; readonly customerId: CustomerId; readonly clockNow: number | null }
  | { readonly kind: 'refused'; readonly reason: RefusalReason };

export function prepareCheckout(deps: Dependencies, given: Prepare): Promise<Prepared> {
  return transaction(deps, async (em) => {
    const at = new Date(given.at);
    const checkout = await lockCheckout(em, given.checkoutId);
    if (checkout.product.isArchived || checkout.price.isArchived) return { kind: 'refused', reason: 'product_gone' };
    if (!checkout.customer && !checkout.customerEmail) return { kind: 'refused', reason: 'customer_missing' };
    const due = dueNow(checkout);
    if (due !== 'free' && given.confirmationToken === null) return { kind: 'refused', reason: 'confirmation_missing' };
    const customer = await buyer(em, checkout, at);
    if (await isSubscribed(em, checkout, customer)) return { kind: 'refused', reason: 'already_subscribed' };
    if (checkout.attempt < given.attempt) {
      checkout.attempt = given.attempt;
      checkout.customer = customer;
      checkout.status = 'confirmed';
      checkout.failure = null;
      checkout.modifiedAt = at;
      if (due === 'payment') freezePayment(em, checkout, customer, given, at);
      await em.flush();
      await tellCheckout(deps, em, checkout, at, 'checkout.updated');
    }
    return { kind: due, customerId: customer.id, clockNow: customer.testClock?.frozenTime.getTime() ?? null };
  });
}

/** A trial takes a card and no money; a free price takes neither. */
function dueNow(checkout: CheckoutRow): 'free' | 'payment' | 'setup' {
  if (checkout.amount === 0) return 'free';
  return activeTrial(checkout, checkout.product) === null ? 'payment' : 'setup';
}

function freezePayment(
  em: EntityManager,
  checkout: CheckoutRow,
  customer: CustomerRow,
  given: Prepare,
  at: Date,
): void {
  em.create(Payment, {
    id: given.paymentId,
    createdAt: at,
    organization: checkout.organization,
    customer,
    checkout,
    attempt: given.attempt,
    trigger: 'purchase',
    amount: checkout.amount,
    currency: checkout.currency,
  });
}

/** The customer named by the checkout, else by the merchant's id, else by e-mail; made if new, with what was entered. */
async function buyer(em: EntityManager, checkout: CheckoutRow, at: Date): Promise<CustomerRow> {
  const found = await findBuyer(em, checkout);
  if (found !== null) {
    found.name ??= checkout.customerName ?? null;
    found.billingName ??= checkout.customerBillingName ?? null;
    found.billingAddress ??= checkout.customerBillingAddress ?? null;
    return found;
  }
  const customer = em.create(Customer, {
    id: randomUUID() as CustomerId,
    createdAt: at,
    organization: checkout.organization,
    externalId: checkout.externalCustomerId ?? null,
    email: checkout.customerEmail ?? '',
    name: checkout.customerName ?? null,
    billingName: checkout.customerBillingName ?? null,
    billingAddress: checkout.customerBillingAddress ?? null,
    locale: checkout.locale ?? null,
    metadata: checkout.customerMetadata,
  });
  await em.flush();
  const organizationId = checkout.organization.id;
  await emit(em, { organizationId, type: 'customer.created', at, data: () => customerView(customer) });
  return customer;
}

async function findBuyer(em: EntityManager, checkout: CheckoutRow): Promise<CustomerRow | null> {
  const living = { organization: checkout.organization.id, deletedAt: null };
  const populate = ['testClock'] as const;
  if (checkout.customer) return em.findOne(Customer, { id: checkout.customer.id, ...living }, { populate });
  if (checkout.externalCustomerId) {
    const known = await em.findOne(Customer, { externalId: checkout.externalCustomerId, ...living }, { populate });
    if (known !== null) return known;
  }
  if (!checkout.customerEmail) return null;
  const byEmail = await em.findOne(
    Customer,
    { email: { $ilike: checkout.customerEmail.replaceAll(/[\\%_]/g, '\\$&') }, ...living },
    { populate },
  );
  return byEmail;
}

/** Where the organization allows one subscription a customer, and this customer has one. */
async function isSubscribed(em: EntityManager, checkout: CheckoutRow, customer: CustomerRow): Promise<boolean> {
  if (!checkout.product.recurringInterval) return false;
  const organization = await em.findOneOrFail(Organization, checkout.organization.id);
  if (organization.subscriptionSettings.allow_multiple_subscriptions) return false;
  const living = await em.count(Subscription, { customer: customer.id, status: { $ne: 'canceled' } });
  return living > 0;
}
