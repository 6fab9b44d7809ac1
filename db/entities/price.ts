import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { PriceId } from '../../billing/ids.ts';
import { amount, currency, timestamps } from './columns.ts';
import { Product } from './product.ts';

/** One price of a product in one currency. A changed price is a new row; the old one is archived for its subscribers. */
export const Price = defineEntity({
  name: 'Price',
  tableName: 'prices',
  properties: {
    id: p.uuid().$type<PriceId>().primary(),
    ...timestamps(),
    product: () => p.manyToOne(Product),
    source: p.enum(['catalog', 'ad_hoc']).default('catalog'),
    amountType: p.enum(['fixed', 'free']),
    currency: currency(),
    /** For one period, or for the one-time purchase; 0 when free. */
    amount: amount(),
    taxBehavior: p.enum(['location', 'inclusive', 'exclusive']).nullable(),
    isArchived: p.boolean().default(false),
  },
  indexes: [{ properties: ['product'] }],
});
export type PriceRow = InferEntity<typeof Price>;
