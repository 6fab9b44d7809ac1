/** What customers owe or have paid. */
import { z } from 'zod';
import { Address, AddressInput } from './address.ts';
import { EmbeddedCustomer } from './customer.ts';
import { AppliedDiscount } from './discount.ts';
import { Metadata } from './metadata.ts';
import { CustomFieldData, Id, Instant, identified, optionalLine } from './primitives.ts';
import { productFields } from './product.ts';
import { subscriptionFields } from './subscription.ts';

export const OrderStatus = z
  .enum(['draft', 'pending', 'paid', 'refunded', 'partially_refunded', 'void'])
  .meta({ id: 'OrderStatus' });
export type OrderStatus = z.infer<typeof OrderStatus>;

export const OrderBillingReason = z
  .enum(['purchase', 'subscription_create', 'subscription_cycle', 'subscription_update', 'subscription_meter_cycle'])
  .meta({ id: 'OrderBillingReason' });
export type OrderBillingReason = z.infer<typeof OrderBillingReason>;

export const OrderItem = z
  .object({
    ...identified,
    label: z.string(),
    amount: z.int(),
    tax_amount: z.int(),
    proration: z.boolean(),
    product_price_id: Id.nullable(),
  })
  .meta({ id: 'OrderItem' });
export type OrderItem = z.infer<typeof OrderItem>;

/** What an order says of itself to the merchant and to the customer; amounts in minor units. */
export const orderFields = {
  ...identified,
  status: OrderStatus,
  paid: z.boolean(),
  subtotal_amount: z.int().describe('Before discounts and taxes.'),
  discount_amount: z.int(),
  net_amount: z.int().describe('After discounts, before taxes.'),
  tax_amount: z.int(),
  total_amount: z.int().describe('After discounts and taxes.'),
  applied_balance_amount: z
    .int()
    .describe('Added to the total: negative where the customer’s balance and wallet pay for some of it.'),
  applied_usage_wallet_amount: z.int().describe('What of that the wallet for usage pays, which is never above 0.'),
  due_amount: z.int(),
  refunded_amount: z.int(),
  refunded_tax_amount: z.int(),
  refundable_amount: z.int(),
  refundable_tax_amount: z.int(),
  currency: z.string(),
  billing_reason: OrderBillingReason,
  billing_name: z.string().nullable(),
  billing_address: Address.nullable(),
  invoice_number: z.string().nullable(),
  is_invoice_generated: z.boolean(),
  receipt_number: z.string().nullable(),
  seats: z.int().nullable().optional(),
  customer_id: Id,
  product_id: Id.nullable(),
  discount_id: Id.nullable(),
  subscription_id: Id.nullable(),
  checkout_id: Id.nullable(),
  next_payment_attempt_at: Instant.nullable().optional(),
  items: z.array(OrderItem),
  description: z.string(),
};

export const OrderProduct = z.object({ ...productFields, metadata: Metadata }).meta({ id: 'OrderProduct' });
export type OrderProduct = z.infer<typeof OrderProduct>;

export const OrderSubscription = z
  .object({ ...subscriptionFields, metadata: Metadata })
  .meta({ id: 'OrderSubscription' });
export type OrderSubscription = z.infer<typeof OrderSubscription>;

export const Order = z
  .object({
    ...orderFields,
    metadata: Metadata,
    custom_field_data: CustomFieldData.optional(),
    platform_fee_amount: z.int(),
    platform_fee_currency: z.string().nullable(),
    customer: EmbeddedCustomer,
    product: OrderProduct.nullable(),
    discount: AppliedDiscount.nullable(),
    subscription: OrderSubscription.nullable(),
  })
  .meta({ id: 'Order' });
export type Order = z.infer<typeof Order>;

export const OrderUpdate = z
  .object({ billing_name: optionalLine(256), billing_address: AddressInput.nullable().optional() })
  .meta({ id: 'OrderUpdate', description: 'Only until the invoice is made.' });
export type OrderUpdate = z.infer<typeof OrderUpdate>;

export const OrderInvoice = z.object({ url: z.string() }).meta({ id: 'OrderInvoice' });
export type OrderInvoice = z.infer<typeof OrderInvoice>;

export const OrderReceipt = z.object({ url: z.string() }).meta({ id: 'OrderReceipt' });
export type OrderReceipt = z.infer<typeof OrderReceipt>;
