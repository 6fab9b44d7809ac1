import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { PaymentId, PaymentMethodId } from '../../billing/ids.ts';
import { Checkout } from './checkout.ts';
import { amount, currency, instant, timestamps } from './columns.ts';
import { Customer } from './customer.ts';
import { Order } from './order.ts';
import { Organization } from './organization.ts';

export const PAYMENT_TRIGGERS = [
  'purchase',
  'subscription_cycle',
  'retry_dunning',
  'retry_customer',
  'retry_payment_method_update',
  'retry_admin',
] as const;

/**
 * One attempt to take money. Its amount, method and key are frozen here before the processor is first asked, so that
 * asking again can never charge twice.
 */
export const Payment = defineEntity({
  name: 'Payment',
  tableName: 'payments',
  properties: {
    id: p.uuid().$type<PaymentId>().primary(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    customer: () => p.manyToOne(Customer),
    /** The order it pays; a checkout's order appears only when it is paid. */
    order: () => p.manyToOne(Order).nullable(),
    checkout: () => p.manyToOne(Checkout).nullable(),
    /** 1 for the first attempt at this order or checkout. */
    attempt: p.integer(),
    trigger: p.enum(PAYMENT_TRIGGERS),
    status: p.enum(['pending', 'succeeded', 'failed']).default('pending'),
    /** Its creation in real time, where `createdAt` may be a test clock's: its key is good for a day from then on. */
    begunAt: instant().nullable(),
    amount: amount(),
    currency: currency(),
    paymentMethodId: p.uuid().$type<PaymentMethodId>().nullable(),
    /** `pi_…` once the processor has answered. */
    processorId: p.text().nullable().unique(),
    /** What the processor kept of it; null until known. */
    processorFee: amount().nullable(),
    methodType: p.text().default('card'),
    methodBrand: p.text().nullable(),
    methodLast4: p.text().nullable(),
    methodCountry: p.string().length(2).nullable(),
    /** Where the customer comes back to from their bank; null: they are not there to be sent to it. */
    returnUrl: p.text().nullable(),
    /** What the customer's browser needs to ask their bank, while that is awaited. */
    clientSecret: p.text().nullable(),
    /** When it is given up to wait for the customer's bank; null: nothing is awaited of it. */
    approveBy: instant().nullable(),
    declineReason: p.text().nullable(),
    declineMessage: p.text().nullable(),
  },
  uniques: [{ properties: ['order', 'attempt'] }, { properties: ['checkout', 'attempt'] }],
  indexes: [{ properties: ['organization', 'createdAt'] }],
});
export type PaymentRow = InferEntity<typeof Payment>;
