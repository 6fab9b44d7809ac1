/** Subscriptions as a table for spreadsheets. */
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import type { CsvFile } from '../replies.ts';

const COLUMNS = ['Email', 'Name', 'Created At', 'Active', 'Product', 'Price', 'Currency', 'Interval'];

export function subscriptionsCsv(rows: readonly SubscriptionRow[]): CsvFile {
  return { filename: 'subscriptions.csv', columns: COLUMNS, rows: rows.map(cells) };
}

const cells = (row: SubscriptionRow) => [
  row.customer.email,
  row.customer.name,
  row.createdAt.toISOString(),
  row.status === 'active' || row.status === 'trialing',
  row.product.name,
  row.amount,
  row.currency,
  row.recurringIntervalCount === 1 ? row.recurringInterval : `${row.recurringIntervalCount} ${row.recurringInterval}s`,
];
