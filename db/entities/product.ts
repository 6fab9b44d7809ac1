import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { ProductId } from '../../billing/ids.ts';
import { Benefit } from './benefit.ts';
import { metadata, timestamps } from './columns.ts';
import { AttachedField } from './custom-field.ts';
import { Organization } from './organization.ts';
import { Price } from './price.ts';

export const INTERVALS = ['day', 'week', 'month', 'year'] as const;

/** What is sold: once, or every so many days, weeks, months or years. That never changes; its prices may. */
export const Product = defineEntity({
  name: 'Product',
  tableName: 'products',
  properties: {
    id: p.uuid().$type<ProductId>().primary(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    name: p.text(),
    description: p.text().nullable(),
    visibility: p.enum(['draft', 'private', 'public']).default('public'),
    recurringInterval: p.enum(INTERVALS).nullable(),
    recurringIntervalCount: p.integer().nullable(),
    /** How often usage is closed and billed, and units are credited; null: with the billing interval. */
    meterInterval: p.enum(INTERVALS).nullable(),
    meterIntervalCount: p.integer().nullable(),
    trialInterval: p.enum(INTERVALS).nullable(),
    trialIntervalCount: p.integer().nullable(),
    isArchived: p.boolean().default(false),
    metadata: metadata(),
    prices: () => p.oneToMany(Price).mappedBy('product'),
    benefits: () => p.manyToMany(Benefit).pivotTable('product_benefits').fixedOrder(),
    /** What its buyers are asked for. */
    attachedFields: () => p.oneToMany(AttachedField).mappedBy('product'),
  },
  indexes: [{ properties: ['organization', 'createdAt'] }],
});
export type ProductRow = InferEntity<typeof Product>;
