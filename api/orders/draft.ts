/** Writes a draft: an order that asks for nothing until it is finalized. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { CustomerId, OrderId, OrganizationId, ProductId } from '../../billing/ids.ts';
import type { Line } from '../../billing/orders.ts';
import { refusalOfAmount } from '../../billing/prices.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { Order, OrderItem, type OrderRow } from '../../db/entities/order.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Price } from '../../db/entities/price.ts';
import { Product, type ProductRow } from '../../db/entities/product.ts';
import { emit } from '../../db/events.ts';
import { nowOf } from '../../db/now.ts';
import { itemColumns, taxColumns } from '../../db/order-columns.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { PricedOrder } from '../../db/pricing.ts';
import { orderView } from '../../db/views/order.ts';
import type { OrderCreate } from '../../schemas/order-draft.ts';
import type { TaxProvider } from '../../tax/provider.ts';
import { type TaxSheet, withTaxes } from '../../tax/sheet.ts';
import { entered } from '../checkouts/custom-fields.ts';
import { invalid } from '../errors.ts';
import { priceDraft } from './price-draft.ts';

type Body = z.output<typeof OrderCreate>;

export async function createDraft(
  em: EntityManager,
  taxes: TaxProvider,
  organization: OrganizationId,
  body: Body,
  at: Date,
): Promise<OrderId> {
  return withTaxes(taxes, (sheet) => em.fork().transactional((tx) => create(tx, sheet, organization, body, at)));
}

async function create(
  tx: EntityManager,
  taxes: TaxSheet,
  organization: OrganizationId,
  body: Body,
  at: Date,
): Promise<OrderId> {
  const customer = await namedCustomer(tx, organization, body.customer_id);
  const product = await soldOnce(tx, organization, body.product_id);
  const { currency, line } = await termsOf(tx, organization, product, body);
  const now = nowOf(customer, at);
  const priced = await priceDraft(tx, taxes, { customer, currency, lines: [line], at: now });
  const customFieldData = await entered(tx, [product.id], body.custom_field_data);
  const row = write(tx, { customer, product, currency, priced, customFieldData, body, at: now });
  await tx.flush();
  const data = () => orderView(row);
  await emit(tx, { organizationId: organization, type: 'order.created', at: row.createdAt, data });
  return row.id;
}

async function namedCustomer(em: EntityManager, organization: OrganizationId, id: string): Promise<CustomerRow> {
  const wanted = { id: id as CustomerId, organization, deletedAt: null };
  const customer = await em.findOne(Customer, wanted, { populate: ['testClock'] });
  if (customer === null) throw invalid(['body', 'customer_id'], 'This customer does not exist.');
  return customer as CustomerRow;
}

async function soldOnce(em: EntityManager, organization: OrganizationId, id: string): Promise<ProductRow> {
  const product = await em.findOne(Product, { id: id as ProductId, organization, isArchived: false });
  if (product === null) throw invalid(['body', 'product_id'], 'This product does not exist or is archived.');
  if (product.recurringInterval) throw invalid(['body', 'product_id'], 'This product is sold by subscription.');
  return product;
}

/** An amount of the merchant's own is in any currency; without one, the product has a price in it. */
async function termsOf(
  em: EntityManager,
  organization: OrganizationId,
  product: ProductRow,
  { currency: wished, amount, description }: Body,
): Promise<{ currency: string; line: Line }> {
  const { defaultPresentmentCurrency } = await em.findOneOrFail(Organization, organization);
  const currency = wished ?? defaultPresentmentCurrency;
  const label = description ?? product.name;
  const prices = await em.find(Price, { product: product.id, isArchived: false, source: 'catalog' });
  if (!prices.every(({ amountType }) => STATIC.has(amountType))) {
    throw invalid(['body', 'product_id'], 'Only products with a fixed price, or a free one, can be charged like this.');
  }
  if (typeof amount === 'number') {
    const reason = refusalOfAmount(amount, currency);
    if (reason !== null) throw invalid(['body', 'amount'], reason);
    return { currency, line: { label, amount, priceId: null, proration: false } };
  }
  const price = prices.find((candidate) => candidate.currency === currency);
  if (price === undefined) throw invalid(['body', 'currency'], 'The product has no price in this currency.');
  return { currency, line: { label, amount: price.amount, priceId: price.id, proration: false } };
}

const STATIC: ReadonlySet<string> = new Set(['fixed', 'free']);

interface Draft {
  readonly customer: CustomerRow;
  readonly product: ProductRow;
  readonly currency: string;
  readonly priced: PricedOrder;
  readonly customFieldData: OrderRow['customFieldData'];
  readonly body: Body;
  readonly at: Date;
}

function write(em: EntityManager, { customer, product, currency, priced, customFieldData, body, at }: Draft): OrderRow {
  const { totals, lines } = priced;
  const row = em.create(Order, {
    id: randomUUID() as OrderId,
    createdAt: at,
    organization: customer.organization,
    customer,
    product,
    status: 'draft',
    billingReason: 'purchase',
    currency,
    subtotalAmount: totals.subtotal,
    discountAmount: totals.discount,
    netAmount: totals.net,
    totalAmount: totals.total,
    ...taxColumns(priced),
    billingName: customer.billingName ?? customer.name ?? null,
    billingAddress: priced.buyer.address,
    description: lines[0]?.label ?? product.name,
    metadata: body.metadata,
    customFieldData,
  });
  for (const [position, line] of lines.entries()) {
    em.create(OrderItem, { id: randomUUID(), createdAt: at, order: row, position, ...itemColumns(line) });
  }
  return row as OrderRow;
}
