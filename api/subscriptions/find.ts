/** Which subscriptions are meant, and in which order. */
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { CustomerId, DiscountId, OrganizationId, ProductId } from '../../billing/ids.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { carrying } from '../../db/search.ts';
import { metadataFilter, oneOrMany, queryBoolean, queryInstant } from '../../schemas/query.ts';
import { CustomerCancellationReason, SubscriptionStatus } from '../../schemas/subscription.ts';
import { within } from '../organizations/named.ts';

/** Those of the export too. */
export const coarseFilters = {
  organization_id: oneOrMany(z.uuid()),
  product_id: oneOrMany(z.uuid()),
  status: oneOrMany(SubscriptionStatus),
  cancel_at_period_end: queryBoolean.optional(),
  started_after: queryInstant.optional(),
  started_before: queryInstant.optional(),
};

export const subscriptionFilters = z.object({
  ...coarseFilters,
  customer_id: oneOrMany(z.uuid()),
  external_customer_id: oneOrMany(z.string()),
  discount_id: oneOrMany(z.uuid()),
  active: queryBoolean.optional(),
  customer_cancellation_reason: oneOrMany(CustomerCancellationReason),
  canceled_at_before: queryInstant.optional(),
  canceled_at_after: queryInstant.optional(),
  metadata: metadataFilter,
});

type Direction = 'asc' | 'desc';

export const SUBSCRIPTION_SORTS = {
  customer: (direction: Direction) => ({ customer: { email: direction } }),
  status: (direction: Direction) => ({ status: direction }),
  started_at: (direction: Direction) => ({ startedAt: direction }),
  current_period_end: (direction: Direction) => ({ currentPeriodEnd: direction }),
  ended_at: (direction: Direction) => ({ endedAt: direction }),
  ends_at: (direction: Direction) => ({ endsAt: direction }),
  amount: (direction: Direction) => ({ amount: direction }),
  product: (direction: Direction) => ({ product: { name: direction } }),
  discount: (direction: Direction) => ({ discount: { name: direction } }),
} as const;

const RUNNING = ['trialing', 'active'] as const;

export function matchingSubscriptions(
  organization: OrganizationId,
  query: Partial<z.output<typeof subscriptionFilters>>,
): FilterQuery<SubscriptionRow> {
  const and: FilterQuery<SubscriptionRow>[] = [within(organization, query.organization_id)];
  if (query.product_id) and.push({ product: { $in: query.product_id as ProductId[] } });
  if (query.customer_id) and.push({ customer: { $in: query.customer_id as CustomerId[] } });
  if (query.external_customer_id) and.push({ customer: { externalId: { $in: query.external_customer_id } } });
  if (query.discount_id) and.push({ discount: { $in: query.discount_id as DiscountId[] } });
  if (query.active !== undefined) and.push(running(query.active));
  if (query.status) and.push({ status: { $in: query.status as SubscriptionRow['status'][] } });
  if (query.cancel_at_period_end !== undefined) and.push({ cancelAtPeriodEnd: query.cancel_at_period_end });
  if (query.customer_cancellation_reason) and.push({ cancellationReason: { $in: query.customer_cancellation_reason } });
  if (query.canceled_at_before) and.push({ canceledAt: { $lte: query.canceled_at_before } });
  if (query.canceled_at_after) and.push({ canceledAt: { $gte: query.canceled_at_after } });
  if (query.started_before) and.push({ startedAt: { $lte: query.started_before } });
  if (query.started_after) and.push({ startedAt: { $gte: query.started_after } });
  and.push(...carrying<SubscriptionRow>(query.metadata));
  return { $and: and };
}

/** Those that their customers enjoy now, or all others. */
export function running(isActive: boolean): FilterQuery<SubscriptionRow> {
  return { status: isActive ? { $in: [...RUNNING] } : { $nin: [...RUNNING] } };
}
