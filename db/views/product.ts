/** A product with its prices and benefits as the API shows it. */
import type { CheckoutProduct } from '../../schemas/checkout.ts';
import type { Product } from '../../schemas/product.ts';
import type { PriceRow } from '../entities/price.ts';
import type { ProductRow } from '../entities/product.ts';
import { benefitView, publicBenefitView } from './benefit.ts';
import { attachedCustomFieldsView } from './custom-field.ts';
import { priceView } from './price.ts';
import { identity } from './stamps.ts';

export const PRODUCT_POPULATE = ['prices', 'benefits', 'attachedFields.customField'] as const;

export function productView(row: ProductRow): Product {
  return {
    ...fields(row),
    metadata: row.metadata,
    prices: pricesNow(row).map(priceView),
    benefits: benefitsNow(row).map(benefitView),
    medias: [],
    attached_custom_fields: attachedCustomFieldsView(row),
  };
}

/** As buyers see it: without what the merchant keeps to themselves. */
export function publicProductView(row: ProductRow): CheckoutProduct {
  return {
    ...fields(row),
    prices: pricesNow(row).map(priceView),
    benefits: benefitsNow(row)
      .filter(({ visibility }) => visibility === 'public')
      .map(publicBenefitView),
    medias: [],
  };
}

/** What the product says of itself, without prices and benefits. */
export function productFieldsView(row: ProductRow) {
  return { ...fields(row), metadata: row.metadata };
}

export function pricesNow(row: ProductRow): PriceRow[] {
  return row.prices
    .getItems()
    .filter(({ isArchived, source }) => !isArchived && source === 'catalog')
    .sort((a, b) => a.position - b.position || a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1));
}

function benefitsNow(row: ProductRow) {
  return row.benefits.getItems().filter(({ deletedAt }) => !deletedAt);
}

function fields(row: ProductRow) {
  return {
    ...identity(row),
    trial_interval: row.trialInterval ?? null,
    trial_interval_count: row.trialIntervalCount ?? null,
    name: row.name,
    description: row.description ?? null,
    visibility: row.visibility,
    recurring_interval: row.recurringInterval ?? null,
    recurring_interval_count: row.recurringIntervalCount ?? null,
    meter_interval: row.meterInterval ?? null,
    meter_interval_count: row.meterIntervalCount ?? null,
    is_recurring: Boolean(row.recurringInterval),
    is_archived: row.isArchived,
    organization_id: row.organization.id,
  };
}
