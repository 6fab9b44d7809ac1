/** Subscriptions as a table for spreadsheets. */
import { z } from 'zod';
import { discountOn } from '../../billing/discounts.ts';
import type { OrganizationId } from '../../billing/ids.ts';
import { discountValueOf } from '../../db/discounts.ts';
import type { DiscountRow } from '../../db/entities/discount.ts';
import { Subscription, type SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import { oneOrMany, queryTimeZone } from '../../schemas/query.ts';
import { type Column, inUnits, localTime, table } from '../exports/table.ts';
import type { CsvFile } from '../replies.ts';
import { coarseFilters, matchingSubscriptions } from './find.ts';

const amount = (title: string): Column<SubscriptionRow> => ({
  title,
  cell: (row) => inUnits(row.amount, row.currency),
});

const instant = (title: string, of: (row: SubscriptionRow) => Date | null | undefined): Column<SubscriptionRow> => ({
  title,
  cell: (row, timeZone) => localTime(of(row), timeZone),
});

/** By the peer's names and titles. */
const COLUMNS = {
  email: { title: 'Email', cell: ({ customer }) => customer.email },
  started_at: instant('Started At', ({ startedAt }) => startedAt),
  product: { title: 'Product', cell: ({ product }) => product.name },
  amount: amount('Amount'),
  currency: { title: 'Currency', cell: ({ currency }) => currency },
  status: { title: 'Status', cell: ({ status }) => status },
  recurring_interval: { title: 'Billing Interval', cell: intervalOf },
  customer_name: { title: 'Customer Name', cell: ({ customer }) => customer.name },
  billing_name: { title: 'Billing Name', cell: ({ customer }) => customer.billingName ?? customer.name },
  billing_country: { title: 'Billing Country', cell: ({ customer }) => customer.billingAddress?.country },
  net_amount: { title: 'Net Amount', cell: (row) => inUnits(netAmountOf(row), row.currency) },
  discount: { title: 'Discount', cell: ({ discount }) => discount?.name },
  seats: { title: 'Seats', cell: ({ seats }) => seats },
  current_period_start: instant('Current Period Start', ({ currentPeriodStart }) => currentPeriodStart),
  current_period_end: instant('Current Period End', ({ currentPeriodEnd }) => currentPeriodEnd),
  cancel_at_period_end: { title: 'Cancels At Period End', cell: ({ cancelAtPeriodEnd }) => cancelAtPeriodEnd },
  canceled_at: instant('Canceled At', ({ canceledAt }) => canceledAt),
  ends_at: instant('Ends At', ({ endsAt }) => endsAt),
  ended_at: instant('Ended At', ({ endedAt }) => endedAt),
  cancellation_reason: { title: 'Cancellation Reason', cell: ({ cancellationReason }) => cancellationReason },
  trial_start: instant('Trial Start', ({ trialStart }) => trialStart),
  trial_end: instant('Trial End', ({ trialEnd }) => trialEnd),
} as const satisfies Record<string, Column<SubscriptionRow>>;

const NAMES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];
const STANDARD = NAMES.slice(0, 7);

export const SubscriptionExport = z.object({
  ...coarseFilters,
  timezone: queryTimeZone.describe('Of the instants.'),
  columns: oneOrMany(z.enum(NAMES)).describe('In this order.'),
});

export function subscriptionsTable(
  em: EntityManager,
  organization: OrganizationId,
  query: z.output<typeof SubscriptionExport>,
): CsvFile {
  const columns = query.columns?.length ? query.columns : STANDARD;
  return table<SubscriptionRow>(em, {
    filename: 'subscriptions.csv',
    columns: columns.map((name) => COLUMNS[name]),
    timeZone: query.timezone,
    next: (page) =>
      em.findByCursor(Subscription, {
        where: matchingSubscriptions(organization, query),
        populate: ['customer', 'product', 'discount'],
        orderBy: { createdAt: 'asc', id: 'asc' },
        includeCount: false,
        ...page,
      }) as never,
  });
}

function intervalOf({ recurringInterval: interval, recurringIntervalCount: count }: SubscriptionRow): string {
  return count === 1 ? interval : `${count} ${interval}s`;
}

/** After its discount, if it has one. */
function netAmountOf({ amount: whole, currency, discount }: SubscriptionRow): number {
  return discount ? whole - discountOn(whole, currency, discountValueOf(discount as DiscountRow)) : whole;
}
