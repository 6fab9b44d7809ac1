/** An order as the API shows it. */
import { isPaid, receiptNumber } from '../../billing/documents.ts';
import { portion } from '../../billing/money.ts';
import type { Order } from '../../schemas/order.ts';
import type { OrderRow } from '../entities/order.ts';
import { addressView, embeddedCustomerView } from './customer.ts';
import { appliedDiscountView } from './discount.ts';
import { productFieldsView } from './product.ts';
import { identity, isoOrNull } from './stamps.ts';
import { subscriptionFieldsView } from './subscription.ts';

export const ORDER_POPULATE = ['items', 'customer', 'product', 'discount', 'subscription'] as const;

export function orderView(row: OrderRow): Order {
  return {
    ...orderFieldsView(row),
    metadata: row.metadata,
    custom_field_data: row.customFieldData as Order['custom_field_data'],
    platform_fee_amount: row.platformFeeAmount,
    platform_fee_currency: row.platformFeeAmount > 0 ? row.currency : null,
    customer: embeddedCustomerView(row.customer),
    product: row.product ? productFieldsView(row.product) : null,
    discount: row.discount ? appliedDiscountView(row.discount) : null,
    subscription: row.subscription
      ? { ...subscriptionFieldsView(row.subscription), metadata: row.subscription.metadata }
      : null,
    items: itemsView(row),
  };
}

export function itemsView(row: OrderRow): Order['items'] {
  return row.items
    .getItems()
    .sort((a, b) => a.position - b.position)
    .map((item) => ({
      ...identity(item),
      label: item.label,
      amount: item.amount,
      tax_amount: item.taxAmount,
      proration: item.proration,
      product_price_id: item.priceId ?? null,
    }));
}

/** What an order says of itself wherever it is shown. */
export function orderFieldsView(row: OrderRow) {
  const paid = isPaid(row.status);
  // Only what was charged can go back: what the balance paid for is left out, in proportion.
  const charged = paid ? Math.max(0, Math.min(row.totalAmount, row.totalAmount + row.appliedBalanceAmount)) : 0;
  const part = (amount: number) => (charged === 0 ? 0 : portion(amount, charged, row.totalAmount));
  return {
    ...identity(row),
    status: row.status,
    paid,
    subtotal_amount: row.subtotalAmount,
    discount_amount: row.discountAmount,
    net_amount: row.netAmount,
    tax_amount: row.taxAmount,
    total_amount: row.totalAmount,
    applied_balance_amount: row.appliedBalanceAmount,
    applied_usage_wallet_amount: row.appliedUsageWalletAmount,
    due_amount: paid || row.status === 'void' ? 0 : row.totalAmount + row.appliedBalanceAmount,
    refunded_amount: row.refundedAmount,
    refunded_tax_amount: row.refundedTaxAmount,
    refundable_amount: part(row.totalAmount - row.taxAmount) - row.refundedAmount,
    refundable_tax_amount: part(row.taxAmount) - row.refundedTaxAmount,
    currency: row.currency,
    billing_reason: row.billingReason,
    billing_name: row.billingName ?? null,
    billing_address: addressView(row.billingAddress),
    invoice_number: row.invoiceNumber ?? null,
    is_invoice_generated: row.isInvoiceGenerated,
    receipt_number: paid && row.invoiceNumber ? receiptNumber(row.invoiceNumber) : null,
    seats: row.seats ?? null,
    customer_id: row.customer.id,
    product_id: row.product?.id ?? null,
    discount_id: row.discount?.id ?? null,
    subscription_id: row.subscription?.id ?? null,
    checkout_id: row.checkoutId ?? null,
    next_payment_attempt_at: isoOrNull(row.nextPaymentAttemptAt),
    description: row.description,
  };
}
