import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { CheckoutId, OrderId, PriceId } from '../../billing/ids.ts';
import type { AppliedRate, PlaceEvidence } from '../../billing/tax.ts';
import { type Address, amount, currency, instant, metadata, timestamps } from './columns.ts';
import { Customer } from './customer.ts';
import { Discount } from './discount.ts';
import { Organization } from './organization.ts';
import { Product } from './product.ts';
import { Subscription } from './subscription.ts';

export const BILLING_REASONS = [
  'purchase',
  'subscription_create',
  'subscription_cycle',
  'subscription_update',
  'subscription_meter_cycle',
] as const;

/** What a customer owes or has paid, once. Amounts in minor units of `currency`. */
export const Order = defineEntity({
  name: 'Order',
  tableName: 'orders',
  properties: {
    id: p.uuid().$type<OrderId>().primary(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    customer: () => p.manyToOne(Customer),
    product: () => p.manyToOne(Product).nullable(),
    subscription: () => p.manyToOne(Subscription).nullable(),
    checkoutId: p.uuid().$type<CheckoutId>().nullable().unique(),
    /** Which period of the subscription it bills; unique with it, so that no period is billed twice. */
    cycle: p.integer().nullable(),
    /** The end of the meter period that it bills alone; unique with the subscription. */
    meterPeriodEnd: instant().nullable(),
    status: p.enum(['draft', 'pending', 'paid', 'refunded', 'partially_refunded', 'void']),
    billingReason: p.enum(BILLING_REASONS),
    currency: currency(),
    /** How many it was made for, of a seat-based price. */
    seats: p.integer().nullable(),
    subtotalAmount: amount(),
    /** The one that was taken off it. */
    discount: () => p.manyToOne(Discount).nullable(),
    discountAmount: amount().default(0),
    netAmount: amount(),
    /** All of it, whether within the lines' amounts or on top of them. */
    taxAmount: amount().default(0),
    totalAmount: amount(),
    /** That of its lines; null where they differ, and for orders without any. */
    taxBehavior: p.enum(['inclusive', 'exclusive']).nullable(),
    taxRates: p.json<AppliedRate[]>().defaultRaw(`'[]'`),
    /** The buyer's, as it was: the number and its kind. */
    customerTaxId: p.json<[string, string]>().nullable(),
    taxEvidence: p.json<PlaceEvidence>().nullable(),
    /** Names the calculation at the tax provider, and what was recorded there once the order was paid. */
    taxCalculationId: p.text().nullable(),
    taxRecordId: p.text().nullable(),
    /** Added to the total by the customer's balance and wallet: negative where they pay for some of it. */
    appliedBalanceAmount: amount().default(0),
    /** What of that the wallet for usage pays: never above 0. */
    appliedUsageWalletAmount: amount().default(0),
    refundedAmount: amount().default(0),
    refundedTaxAmount: amount().default(0),
    platformFeeAmount: amount().default(0),
    billingName: p.text().nullable(),
    billingAddress: p.json<Address>().nullable(),
    /** Given when the order leaves `draft`, never changed; without gaps. */
    invoiceNumber: p.text().nullable(),
    isInvoiceGenerated: p.boolean().default(false),
    description: p.text(),
    paidAt: instant().nullable(),
    nextPaymentAttemptAt: instant().nullable(),
    metadata: metadata(),
    customFieldData: p.json<Record<string, unknown>>().defaultRaw(`'{}'`),
    items: () => p.oneToMany(OrderItem).mappedBy('order').orderBy({ position: 'asc' }),
  },
  uniques: [
    { properties: ['subscription', 'cycle'] },
    { properties: ['subscription', 'meterPeriodEnd'] },
    { properties: ['organization', 'invoiceNumber'] },
  ],
  indexes: [{ properties: ['organization', 'createdAt'] }, { properties: ['customer'] }],
});
export type OrderRow = InferEntity<typeof Order>;

/** One line of an order. */
export const OrderItem = defineEntity({
  name: 'OrderItem',
  tableName: 'order_items',
  properties: {
    id: p.uuid().primary(),
    ...timestamps(),
    order: () => p.manyToOne(Order),
    position: p.integer(),
    label: p.text(),
    amount: amount(),
    /** Of what the order's discount leaves of the amount. */
    taxAmount: amount().default(0),
    taxBehavior: p.enum(['inclusive', 'exclusive']).nullable(),
    proration: p.boolean().default(false),
    priceId: p.uuid().$type<PriceId>().nullable(),
  },
  indexes: [{ properties: ['order'] }],
});
