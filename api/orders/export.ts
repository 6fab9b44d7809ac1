/** Orders as a table for spreadsheets. */
import { z } from 'zod';
import type { OrganizationId } from '../../billing/ids.ts';
import { Order, type OrderRow } from '../../db/entities/order.ts';
import type { EntityManager } from '../../db/orm.ts';
import { oneOrMany, queryTimeZone } from '../../schemas/query.ts';
import { type Column, inUnits, localTime, table } from '../exports/table.ts';
import type { CsvFile } from '../replies.ts';
import { coarseFilters, matchingOrders } from './find.ts';

const amount = (title: string, of: (row: OrderRow) => number): Column<OrderRow> => ({
  title,
  cell: (row) => inUnits(of(row), row.currency),
});

/** By the peer's names and titles. */
const COLUMNS = {
  email: { title: 'Email', cell: (row) => row.customer.email },
  created_at: { title: 'Created At', cell: (row, timeZone) => localTime(row.createdAt, timeZone) },
  product: { title: 'Product', cell: (row) => row.product?.name ?? row.description },
  net_amount: amount('Net Amount', ({ netAmount }) => netAmount),
  currency: { title: 'Currency', cell: ({ currency }) => currency },
  status: { title: 'Status', cell: ({ status }) => status },
  invoice_number: { title: 'Invoice number', cell: ({ invoiceNumber }) => invoiceNumber },
  customer_name: { title: 'Customer Name', cell: ({ customer }) => customer.name },
  billing_name: { title: 'Billing Name', cell: ({ billingName }) => billingName },
  billing_country: { title: 'Billing Country', cell: ({ billingAddress }) => billingAddress?.country },
  subtotal_amount: amount('Subtotal', ({ subtotalAmount }) => subtotalAmount),
  discount_amount: amount('Discount', ({ discountAmount }) => discountAmount),
  tax_amount: amount('Tax', ({ taxAmount }) => taxAmount),
  total_amount: amount('Total', ({ totalAmount }) => totalAmount),
  refunded_amount: amount('Refunded Amount', ({ refundedAmount }) => refundedAmount),
  billing_reason: { title: 'Billing Reason', cell: ({ billingReason }) => billingReason },
} as const satisfies Record<string, Column<OrderRow>>;

const NAMES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];
const STANDARD = NAMES.slice(0, 7);

export const OrderExport = z.object({
  ...coarseFilters,
  timezone: queryTimeZone.describe('Of the instants.'),
  columns: oneOrMany(z.enum(NAMES)).describe('In this order.'),
});

export function ordersTable(
  em: EntityManager,
  organization: OrganizationId,
  query: z.output<typeof OrderExport>,
): CsvFile {
  const columns = query.columns?.length ? query.columns : STANDARD;
  return table<OrderRow>(em, {
    filename: 'orders.csv',
    columns: columns.map((name) => COLUMNS[name]),
    timeZone: query.timezone,
    next: (page) =>
      em.findByCursor(Order, {
        where: matchingOrders(organization, query),
        populate: ['customer', 'product'],
        orderBy: { createdAt: 'asc', id: 'asc' },
        includeCount: false,
        ...page,
      }) as never,
  });
}
