/** Which orders are meant, and in which order. */
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type {
  CheckoutId,
  CustomerId,
  DiscountId,
  OrganizationId,
  ProductId,
  SubscriptionId,
} from '../../billing/ids.ts';
import type { OrderRow } from '../../db/entities/order.ts';
import { carrying } from '../../db/search.ts';
import { OrderStatus } from '../../schemas/order.ts';
import { metadataFilter, oneOrMany, queryInstant } from '../../schemas/query.ts';
import { within } from '../organizations/named.ts';

/** Those of the export too. */
export const coarseFilters = {
  organization_id: oneOrMany(z.uuid()),
  product_id: oneOrMany(z.uuid()),
  status: oneOrMany(OrderStatus),
  created_after: queryInstant.optional(),
  created_before: queryInstant.optional(),
};

export const orderFilters = z.object({
  ...coarseFilters,
  product_billing_type: oneOrMany(z.enum(['one_time', 'recurring'])),
  discount_id: oneOrMany(z.uuid()),
  customer_id: oneOrMany(z.uuid()),
  external_customer_id: oneOrMany(z.string().max(256)),
  checkout_id: oneOrMany(z.uuid()),
  subscription_id: oneOrMany(z.uuid()),
  metadata: metadataFilter,
});

type Direction = 'asc' | 'desc';

export const ORDER_SORTS = {
  created_at: (direction: Direction) => ({ createdAt: direction }),
  status: (direction: Direction) => ({ status: direction }),
  invoice_number: (direction: Direction) => ({ invoiceNumber: direction }),
  amount: (direction: Direction) => ({ totalAmount: direction }),
  net_amount: (direction: Direction) => ({ netAmount: direction }),
  customer: (direction: Direction) => ({ customer: { email: direction } }),
  product: (direction: Direction) => ({ product: { name: direction } }),
  subscription: (direction: Direction) => ({ subscription: { id: direction } }),
  discount: (direction: Direction) => ({ discount: { name: direction } }),
} as const;

export function matchingOrders(
  organization: OrganizationId,
  query: Partial<z.output<typeof orderFilters>>,
): FilterQuery<OrderRow> {
  const and: FilterQuery<OrderRow>[] = [within(organization, query.organization_id)];
  if (query.product_id) and.push({ product: { $in: query.product_id as ProductId[] } });
  if (query.product_billing_type) and.push(ofBillingType(query.product_billing_type));
  if (query.discount_id) and.push({ discount: { $in: query.discount_id as DiscountId[] } });
  if (query.customer_id) and.push({ customer: { $in: query.customer_id as CustomerId[] } });
  if (query.external_customer_id) and.push({ customer: { externalId: { $in: query.external_customer_id } } });
  if (query.checkout_id) and.push({ checkoutId: { $in: query.checkout_id as CheckoutId[] } });
  if (query.subscription_id) and.push({ subscription: { $in: query.subscription_id as SubscriptionId[] } });
  if (query.status) and.push({ status: { $in: query.status } });
  if (query.created_after) and.push({ createdAt: { $gte: query.created_after } });
  if (query.created_before) and.push({ createdAt: { $lte: query.created_before } });
  and.push(...carrying<OrderRow>(query.metadata));
  return { $and: and };
}

/** For products sold once, or again and again; both together leave nothing out but orders without a product. */
export function ofBillingType(types: readonly ('one_time' | 'recurring')[]): FilterQuery<OrderRow> {
  const interval = { one_time: null, recurring: { $ne: null } };
  return { $or: types.map((type) => ({ product: { id: { $ne: null }, recurringInterval: interval[type] } })) };
}
