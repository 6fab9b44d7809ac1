/** What stands on an order's document, as it was when the order was made and paid. */
import { type DocumentKind, isPaid } from '../../billing/documents.ts';
import type { DocumentId } from '../../billing/ids.ts';
import type { AppliedRate } from '../../billing/tax.ts';
import { OrderDocument } from '../../db/entities/document.ts';
import { Order, type OrderRow } from '../../db/entities/order.ts';
import type { OrganizationRow } from '../../db/entities/organization.ts';
import { Payment } from '../../db/entities/payment.ts';
import type { EntityManager } from '../../db/orm.ts';
import { dueOf } from '../orders/pay.ts';
import { addressLines, card, country } from './words.ts';

/** A person or firm on paper: the name, and the lines under it. */
export interface Party {
  readonly name: string;
  readonly lines: readonly string[];
}

/** Amounts in minor units of `currency`. */
export interface Facts {
  readonly kind: DocumentKind;
  readonly number: string;
  readonly invoiceNumber: string;
  readonly seller: Party;
  readonly buyer: Party;
  readonly issuedAt: Date;
  readonly paidAt: Date;
  readonly currency: string;
  readonly lines: readonly { readonly label: string; readonly amount: number }[];
  readonly subtotal: number;
  readonly discount: number;
  readonly tax: number;
  readonly taxRates: readonly AppliedRate[];
  readonly total: number;
  /** Added to the total by the customer’s balance: negative where that pays for some of it. */
  readonly balance: number;
  /** Of usage that was prepaid: never above 0. */
  readonly usageWallet: number;
  /** What was charged. */
  readonly paid: number;
  /** Null where nothing was to be paid. */
  readonly paidBy: string | null;
}

/** Null where the document is made already. */
export async function factsOf(em: EntityManager, id: DocumentId): Promise<Facts | null> {
  const document = await em.findOneOrFail(OrderDocument, id, { populate: ['content'] });
  if (document.content) return null;
  const order = (await em.findOneOrFail(Order, document.order.id, {
    populate: ['items', 'customer', 'organization'],
  })) as OrderRow;
  if (!isPaid(order.status)) throw new Error(`order ${order.id} was not paid`);
  const payment = await em.findOne(Payment, { order: order.id, status: 'succeeded' });
  return {
    kind: document.kind,
    number: document.number,
    invoiceNumber: order.invoiceNumber ?? document.number,
    seller: sellerOf(order.organization),
    buyer: buyerOf(order),
    issuedAt: order.createdAt,
    paidAt: order.paidAt ?? order.createdAt,
    currency: order.currency,
    lines: order.items
      .getItems()
      .sort((a, b) => a.position - b.position)
      .map(({ label, amount }) => ({ label, amount })),
    subtotal: order.subtotalAmount,
    discount: order.discountAmount,
    tax: order.taxAmount,
    taxRates: order.taxRates,
    total: order.totalAmount,
    balance: order.appliedBalanceAmount - order.appliedUsageWalletAmount,
    usageWallet: order.appliedUsageWalletAmount,
    paid: dueOf(order),
    paidBy: payment ? card(payment.methodBrand, payment.methodLast4) : null,
  };
}

function sellerOf({ name, email, website, country: code }: OrganizationRow): Party {
  const lines = [email, website?.replace(/^https?:\/\//, '').replace(/\/$/, ''), code ? country(code) : null];
  return { name, lines: lines.filter((line) => line != null && line !== '').map(String) };
}

function buyerOf({ billingName, billingAddress, customerTaxId, customer }: OrderRow): Party {
  const known = customerTaxId ?? customer.taxId;
  const taxId = known ? [`Tax ID: ${known[0]}`] : [];
  const address = billingAddress ? addressLines(billingAddress) : [];
  return { name: billingName ?? customer.name ?? customer.email, lines: [...address, customer.email, ...taxId] };
}
