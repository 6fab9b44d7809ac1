import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { CheckoutLinkId } from '../../billing/ids.ts';
import { instant, metadata, timestamps } from './columns.ts';
import { Discount } from './discount.ts';
import { Organization } from './organization.ts';
import { INTERVALS, Product } from './product.ts';

/** An address that sells: whoever opens it gets a checkout of their own, made as this says. */
export const CheckoutLink = defineEntity({
  name: 'CheckoutLink',
  tableName: 'checkout_links',
  properties: {
    id: p.uuid().$type<CheckoutLinkId>().primary(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    /** The end of its address: public, but not to be guessed. */
    clientSecret: p.text().unique(),
    label: p.text().nullable(),
    /** What the buyer may choose from, in the merchant's order; what is archived meanwhile is left out. */
    products: () => p.manyToMany(Product).pivotTable('checkout_link_products').fixedOrder(),
    discount: () => p.manyToOne(Discount).nullable(),
    allowDiscountCodes: p.boolean().default(true),
    requireBillingAddress: p.boolean().default(false),
    /** For how many seats it sells: the buyer can't change it. */
    seats: p.integer().nullable(),
    trialInterval: p.enum(INTERVALS).nullable(),
    trialIntervalCount: p.integer().nullable(),
    successUrl: p.text().nullable(),
    returnUrl: p.text().nullable(),
    metadata: metadata(),
    deletedAt: instant().nullable(),
  },
  indexes: [{ properties: ['organization', 'createdAt'] }],
});
export type CheckoutLinkRow = InferEntity<typeof CheckoutLink>;
