/** A subscription as the API shows it. */

import type { ProductPrice } from '../../schemas/price.ts';
import type { Subscription } from '../../schemas/subscription.ts';
import { usageOfSubscriptions } from '../customer-meters.ts';
import type { PriceRow } from '../entities/price.ts';
import type { SubscriptionRow } from '../entities/subscription.ts';
import type { SubscriptionChangeRow } from '../entities/subscription-change.ts';
import type { EntityManager } from '../orm.ts';
import { embeddedCustomerView } from './customer.ts';
import { pricedMeters, subscriptionMetersView, type UsageByMeter } from './customer-meter.ts';
import { appliedDiscountView } from './discount.ts';
import { priceView } from './price.ts';
import { productView } from './product.ts';
import { identity, iso, isoOrNull } from './stamps.ts';

export const SUBSCRIPTION_POPULATE = [
  'customer',
  'discount',
  'price',
  'product.prices',
  'product.benefits',
  'product.attachedFields.customField',
  'pendingChange',
  'meters.meter',
  'meters.price',
] as const;

/** Without its usage: as if nothing was used so far. */
export function subscriptionView(row: SubscriptionRow, usages: UsageByMeter = new Map()): Subscription {
  return {
    ...subscriptionFieldsView(row),
    metadata: row.metadata,
    custom_field_data: row.customFieldData as Subscription['custom_field_data'],
    customer: embeddedCustomerView(row.customer),
    product: productView(row.product),
    discount: row.discount ? appliedDiscountView(row.discount) : null,
    prices: pricesOf(row),
    meters: subscriptionMetersView(row, usages),
    pending_update: pendingUpdateView(row),
  };
}

export async function subscriptionViews(em: EntityManager, rows: readonly SubscriptionRow[]): Promise<Subscription[]> {
  const usages = await usageOfSubscriptions(em, rows);
  return rows.map((row) => subscriptionView(row, usages.get(row.id)));
}

/** Its own, then those that it is metered by. */
export function pricesOf(row: SubscriptionRow): ProductPrice[] {
  const metered = pricedMeters(row).flatMap(({ price }) =>
    price && price.id !== row.price.id ? [price as PriceRow] : [],
  );
  return [row.price, ...metered].map(priceView);
}

export function pendingUpdateView(row: SubscriptionRow): Subscription['pending_update'] {
  const { pendingChange: change } = row;
  if (!change) return null;
  return {
    ...identity(change),
    applies_at: iso(row.currentPeriodEnd),
    ...changedView(row, change),
  };
}

/** What a change makes another one of; null: what stays as it is. */
export function changedView(
  row: SubscriptionRow,
  { product, seats }: Pick<SubscriptionChangeRow, 'product' | 'seats'>,
) {
  return {
    product_id: product.id === row.product.id ? null : product.id,
    seats: seats === row.seats ? null : (seats ?? null),
  };
}

/** What a subscription says of itself wherever it is shown. */
export function subscriptionFieldsView(row: SubscriptionRow) {
  return {
    ...identity(row),
    amount: row.amount,
    currency: row.currency,
    recurring_interval: row.recurringInterval,
    recurring_interval_count: row.recurringIntervalCount,
    status: row.status,
    current_period_start: iso(row.currentPeriodStart),
    current_period_end: iso(row.currentPeriodEnd),
    current_meter_period_start: isoOrNull(row.currentMeterPeriodStart),
    current_meter_period_end: isoOrNull(row.currentMeterPeriodEnd),
    trial_start: isoOrNull(row.trialStart),
    trial_end: isoOrNull(row.trialEnd),
    cancel_at_period_end: row.cancelAtPeriodEnd,
    canceled_at: isoOrNull(row.canceledAt),
    started_at: isoOrNull(row.startedAt),
    ends_at: isoOrNull(row.endsAt),
    ended_at: isoOrNull(row.endedAt),
    past_due_at: isoOrNull(row.pastDueAt),
    pause_at_period_end: row.pauseAtPeriodEnd,
    paused_at: isoOrNull(row.pausedAt),
    resumes_at: isoOrNull(row.resumesAt),
    customer_id: row.customer.id,
    product_id: row.product.id,
    discount_id: row.discount?.id ?? null,
    checkout_id: row.checkoutId ?? null,
    seats: row.seats ?? null,
    customer_cancellation_reason: row.cancellationReason ?? null,
    customer_cancellation_comment: row.cancellationComment ?? null,
  };
}
