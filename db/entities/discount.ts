import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { CheckoutId, DiscountId, RedemptionId, SubscriptionId } from '../../billing/ids.ts';
import { currency, instant, metadata, timestamps } from './columns.ts';
import { Customer } from './customer.ts';
import { Organization } from './organization.ts';
import { Product } from './product.ts';

export const DURATIONS = ['once', 'repeating', 'forever'] as const;

/**
 * A merchant's promise to take something off. The code is unique among the organization's living ones, in any case; once
 * somebody has redeemed it, what it takes off stays.
 */
export const Discount = defineEntity({
  name: 'Discount',
  tableName: 'discounts',
  properties: {
    id: p.uuid().$type<DiscountId>().primary(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    name: p.text(),
    /** What buyers type; null: only the merchant gives it. */
    code: p.text().nullable(),
    type: p.enum(['percentage', 'fixed']),
    /** Of a percentage: 10,000 is all of it. */
    basisPoints: p.integer().nullable(),
    /** Of a fixed one: minor units by currency, and the currency that the peer's clients are shown first. */
    amounts: p.json<Record<string, number>>().nullable(),
    currency: currency().nullable(),
    duration: p.enum(DURATIONS),
    durationInMonths: p.integer().nullable(),
    startsAt: instant().nullable(),
    endsAt: instant().nullable(),
    maxRedemptions: p.integer().nullable(),
    maxRedemptionsPerCustomer: p.integer().nullable(),
    /** None: it is for all of them. */
    products: () => p.manyToMany(Product).pivotTable('discount_products').fixedOrder(),
    redemptionsCount: p
      .integer()
      .formula((columns) => `(select count(*)::int from discount_redemptions where discount_id = ${columns.id})`),
    metadata: metadata(),
    deletedAt: instant().nullable(),
  },
  indexes: [{ properties: ['organization', 'createdAt'] }],
});
export type DiscountRow = InferEntity<typeof Discount>;

/**
 * One use of a discount: by a checkout from the press of Pay on, given back where that fails, or by a merchant who gave
 * it to a subscription. Written under the lock of the discount's row, so that no two get the last one.
 */
export const DiscountRedemption = defineEntity({
  name: 'DiscountRedemption',
  tableName: 'discount_redemptions',
  properties: {
    id: p.uuid().$type<RedemptionId>().primary(),
    createdAt: instant(),
    discount: () => p.manyToOne(Discount),
    customer: () => p.manyToOne(Customer),
    /** By which the customer is known again; a hash, so that it may outlive the customer. */
    addressHash: p.string().length(64),
    checkoutId: p.uuid().$type<CheckoutId>().nullable().unique(),
    subscriptionId: p.uuid().$type<SubscriptionId>().nullable(),
  },
  indexes: [{ properties: ['discount'] }, { properties: ['customer'] }],
});
