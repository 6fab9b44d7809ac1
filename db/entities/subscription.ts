import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { CheckoutId, PaymentMethodId, SubscriptionId } from '../../billing/ids.ts';
import { CANCELLATION_REASONS } from '../../billing/subscription-state.ts';
import { amount, currency, instant, metadata, timestamps } from './columns.ts';
import { Customer } from './customer.ts';
import { Discount } from './discount.ts';
import { Organization } from './organization.ts';
import { Price } from './price.ts';
import { INTERVALS, Product } from './product.ts';
import { SubscriptionChange } from './subscription-change.ts';
import { SubscriptionMeter } from './subscription-meter.ts';

export const SUBSCRIPTION_STATUSES = ['trialing', 'active', 'past_due', 'paused', 'canceled'] as const;
/** A customer's standing purchase. Written only by its workflow's activities, each under the next `sequence`. */
export const Subscription = defineEntity({
  name: 'Subscription',
  tableName: 'subscriptions',
  properties: {
    id: p.uuid().$type<SubscriptionId>().primary(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    customer: () => p.manyToOne(Customer),
    product: () => p.manyToOne(Product),
    price: () => p.manyToOne(Price),
    checkoutId: p.uuid().$type<CheckoutId>().nullable().unique(),
    /** What it is charged to in the place of the customer's default card. */
    paymentMethodId: p.uuid().$type<PaymentMethodId>().nullable(),
    status: p.enum(SUBSCRIPTION_STATUSES),
    /** Of a period, before discounts and taxes. */
    amount: amount(),
    currency: currency(),
    /** Of a seat-based price. */
    seats: p.integer().nullable(),
    /** What is taken off its next order; null again once its months are over. */
    discount: () => p.manyToOne(Discount).nullable(),
    /** Start of the first period that it took something off; its months are counted from there. */
    discountFirstUsedAt: instant().nullable(),
    /** What the next renewal is to bring. */
    pendingChange: () => p.manyToOne(SubscriptionChange).nullable(),
    /** What the present period was charged with as a whole since a change in it; null: as its order says. */
    periodAmount: amount().nullable(),
    /** What any price counts as in the present period, more or less than by its length, since the end was moved. */
    periodOffset: amount().default(0),
    /** How many credits and charges wait for its next order. */
    waitingEntries: p.integer().default(0),
    /** What it is billed by besides its price, and credited on. */
    meters: () => p.oneToMany(SubscriptionMeter).mappedBy('subscription'),
    /** How many meters are counted by its periods; 0 also once it has ended or while it is paused. */
    openMeters: p.integer().default(0),
    recurringInterval: p.enum(INTERVALS),
    recurringIntervalCount: p.integer(),
    /** Of its product, as with the billing interval; null: usage is closed with the periods. */
    meterInterval: p.enum(INTERVALS).nullable(),
    meterIntervalCount: p.integer().nullable(),
    /** The running meter period, within the current one; where it ends with that one, the renewal closes it. */
    currentMeterPeriodStart: instant().nullable(),
    currentMeterPeriodEnd: instant().nullable(),
    /** Periods are counted from it, so that its day of the month is kept. */
    anchor: instant(),
    /** Periods opened so far; it only grows, and 0 means none but a trial. */
    cycle: p.integer(),
    /** What `cycle` was at the anchor: the current period is number `cycle - anchorCycle` of those from the anchor. */
    anchorCycle: p.integer().default(0),
    currentPeriodStart: instant(),
    currentPeriodEnd: instant(),
    trialStart: instant().nullable(),
    trialEnd: instant().nullable(),
    /** The trial end that the customer has been reminded of. */
    trialRemindedFor: instant().nullable(),
    /** The renewal that the customer has been reminded of. */
    renewalRemindedFor: instant().nullable(),
    startedAt: instant().nullable(),
    cancelAtPeriodEnd: p.boolean().default(false),
    canceledAt: instant().nullable(),
    endsAt: instant().nullable(),
    endedAt: instant().nullable(),
    pastDueAt: instant().nullable(),
    pauseAtPeriodEnd: p.boolean().default(false),
    pausedAt: instant().nullable(),
    /** Of a pause that is set or begun; null: it lasts until somebody asks. */
    resumesAt: instant().nullable(),
    cancellationReason: p.enum(CANCELLATION_REASONS).nullable(),
    cancellationComment: p.text().nullable(),
    metadata: metadata(),
    customFieldData: p.json<Record<string, unknown>>().defaultRaw(`'{}'`),
    /** How many steps of the workflow have been written; a step at or below it has been written before. */
    sequence: p.integer().default(0),
    /**
     * Which step that was: its kind and what it was for, so that another one of the same number is told from it. On
     * further lines the requests before it, so that none of them is made twice.
     */
    lastStep: p.text().nullable(),
  },
  indexes: [{ properties: ['organization', 'createdAt'] }, { properties: ['customer'] }, { properties: ['product'] }],
});
export type SubscriptionRow = InferEntity<typeof Subscription>;
