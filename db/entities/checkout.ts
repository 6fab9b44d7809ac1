import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { CheckoutId, OrderId, PaymentId, PaymentMethodId, SubscriptionId } from '../../billing/ids.ts';
import type { AppliedRate } from '../../billing/tax.ts';
import type { TrialTerms } from '../../billing/trials.ts';
import { type Address, amount, currency, instant, type Metadata, metadata, timestamps } from './columns.ts';
import { Customer } from './customer.ts';
import { Discount } from './discount.ts';
import { Organization } from './organization.ts';
import { Price } from './price.ts';
import { INTERVALS, Product } from './product.ts';

/** A purchase on its way: open until it is paid and delivered (`succeeded`) or its time is over (`expired`). */
export const Checkout = defineEntity({
  name: 'Checkout',
  tableName: 'checkouts',
  properties: {
    id: p.uuid().$type<CheckoutId>().primary(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    status: p.enum(['open', 'confirmed', 'succeeded', 'failed', 'expired']).default('open'),
    /** Lets the buyer's browser read and pay this checkout; shown to nobody else. */
    clientSecret: p.text().unique(),
    expiresAt: instant(),
    successUrl: p.text().nullable(),
    returnUrl: p.text().nullable(),
    embedOrigin: p.text().nullable(),
    /** What the buyer may choose from, in the merchant's order. */
    productIds: p.array<string>(),
    product: () => p.manyToOne(Product),
    price: () => p.manyToOne(Price),
    /** By which usage is billed besides: as the buyer was shown them. */
    meteredPriceIds: p.array<string>().defaultRaw(`'{}'`),
    currency: currency(),
    /** The merchant chose it: it doesn't follow the buyer's country. */
    currencyChosen: p.boolean().default(false),
    /** What the price comes to, before discounts and taxes. */
    amount: amount(),
    /** Of a seat-based price. */
    seats: p.integer().nullable(),
    /** What the merchant lets the buyer choose, within the price's own limits. */
    minSeats: p.integer().nullable(),
    maxSeats: p.integer().nullable(),
    /** The merchant's, or that of the buyer's code; without effect while the chosen product or currency is not one of its. */
    discount: () => p.manyToOne(Discount).nullable(),
    /** What the buyer is shown that it takes off, and what they then pay less. */
    discountAmount: amount().default(0),
    /** What the buyer is shown, and then charged; null: nobody knows before the buyer has said where they are. */
    taxAmount: amount().nullable().default(0),
    taxBehavior: p.enum(['inclusive', 'exclusive']).nullable(),
    taxRates: p.json<AppliedRate[]>().defaultRaw(`'[]'`),
    /** Names the calculation at the tax provider. */
    taxCalculationId: p.text().nullable(),
    allowTrial: p.boolean().default(true),
    allowDiscountCodes: p.boolean().default(true),
    requireBillingAddress: p.boolean().default(false),
    trialInterval: p.enum(INTERVALS).nullable(),
    trialIntervalCount: p.integer().nullable(),
    customer: () => p.manyToOne(Customer).nullable(),
    /** The merchant named the customer, or they are signed in: who only typed an address has no hand in a balance. */
    usesBalance: p.boolean().default(false),
    /** Added to the total by the customer's balance, never above 0. Shown while open; held as long as confirmed. */
    appliedBalanceAmount: amount().default(0),
    externalCustomerId: p.text().nullable(),
    customerName: p.text().nullable(),
    customerEmail: p.text().nullable(),
    /** The merchant, who knows their user, gave the address; a buyer may type anybody's. */
    emailFromMerchant: p.boolean().default(false),
    customerBillingName: p.text().nullable(),
    customerBillingAddress: p.json<Address>().nullable(),
    customerTaxId: p.text().nullable(),
    customerIpAddress: p.text().nullable(),
    /** Where that address is, ISO 3166-1, as far as it is known. */
    customerIpCountry: p.string().length(2).nullable(),
    isBusinessCustomer: p.boolean().default(false),
    locale: p.text().nullable(),
    metadata: metadata(),
    customerMetadata: p.json<Metadata>().defaultRaw(`'{}'`),
    customFieldData: p.json<Record<string, unknown>>().defaultRaw(`'{}'`),
    /** How often Pay was pressed and taken up: each time has its own keys at the processor. */
    attempt: p.integer().default(0),
    /** Names the attempt that `attempt` counted last; the id of its payment, where money is due. */
    attemptId: p.uuid().$type<PaymentId>().nullable(),
    /** What that attempt asks of the buyer. */
    attemptKind: p.enum(['free', 'payment', 'setup']).nullable(),
    /** The trial that the buyer was shown when they pressed Pay, whatever becomes of the product's; null: none. */
    attemptTrial: p.json<TrialTerms>().nullable(),
    /** Whether whoever pays may see the customer's portal: not where only an e-mail address led to the customer. */
    opensPortal: p.boolean().default(false),
    /** The card that it was paid with, or that was set up, where that was kept. */
    paymentMethodId: p.uuid().$type<PaymentMethodId>().nullable(),
    /** `pi_…` or `seti_…` of the attempt under way, with what the browser needs to finish it. */
    intentId: p.text().nullable(),
    intentClientSecret: p.text().nullable(),
    intentStatus: p.text().nullable(),
    /** What went wrong last, for the buyer to read. */
    failure: p.text().nullable(),
    subscriptionId: p.uuid().$type<SubscriptionId>().nullable(),
    /** The free subscription that is changed to what is bought, in the place of a new one. */
    upgradeOf: p.uuid().$type<SubscriptionId>().nullable(),
    orderId: p.uuid().$type<OrderId>().nullable(),
  },
  indexes: [{ properties: ['organization', 'createdAt'] }],
});
export type CheckoutRow = InferEntity<typeof Checkout>;
