/** The checkout, as its customer may see and change it: the client secret in the path is the only key. */
import * as z from 'zod/mini';
import { Address, Interval, Organization, Price, Product } from './catalog.ts';
import { call } from './client.ts';
import { AttachedField, FieldData } from './custom-fields.ts';

const FieldMode = z.enum(['required', 'optional', 'disabled']);
export type FieldMode = z.infer<typeof FieldMode>;

export const AddressModes = z.object({
  country: FieldMode,
  state: FieldMode,
  city: FieldMode,
  postal_code: FieldMode,
  line1: FieldMode,
  line2: FieldMode,
});
export type AddressModes = z.infer<typeof AddressModes>;

export const Discount = z.object({
  name: z.string(),
  code: z.nullable(z.string()),
  type: z.enum(['percentage', 'fixed']),
  basis_points: z.optional(z.number()),
  amount: z.optional(z.number()),
  amounts: z.optional(z.record(z.string(), z.number())),
  duration: z.enum(['once', 'repeating', 'forever']),
  duration_in_months: z.optional(z.number()),
});
export type Discount = z.infer<typeof Discount>;

export const Checkout = z.object({
  id: z.string(),
  client_secret: z.string(),
  status: z.enum(['open', 'expired', 'confirmed', 'succeeded', 'failed']),
  expires_at: z.string(),
  success_url: z.string(),
  return_url: z.nullable(z.string()),
  embed_origin: z.nullish(z.string()),
  locale: z.nullish(z.string()),
  attached_custom_fields: z.nullable(z.array(AttachedField)),
  custom_field_data: z.optional(FieldData),
  amount: z.number(),
  seats: z.nullish(z.number()),
  min_seats: z.nullish(z.number()),
  max_seats: z.nullish(z.number()),
  discount_amount: z.number(),
  net_amount: z.number(),
  discount: z.nullable(Discount),
  allow_discount_codes: z.boolean(),
  is_discount_applicable: z.boolean(),
  tax_amount: z.nullable(z.number()),
  tax_behavior: z.nullish(z.string()),
  is_reverse_charged: z.optional(z.boolean()),
  total_amount: z.number(),
  /** Added to the total by the customer's balance; never above 0. */
  applied_balance_amount: z.number(),
  due_amount: z.number(),
  currency: z.string(),
  active_trial_interval: z.nullable(Interval),
  active_trial_interval_count: z.nullable(z.number()),
  trial_end: z.nullable(z.string()),
  is_payment_required: z.boolean(),
  is_payment_form_required: z.boolean(),
  customer_id: z.nullable(z.string()),
  customer_name: z.nullable(z.string()),
  customer_email: z.nullable(z.string()),
  customer_billing_address: z.nullable(Address),
  is_business_customer: z.boolean(),
  customer_billing_name: z.nullable(z.string()),
  customer_tax_id: z.nullable(z.string()),
  billing_address_fields: AddressModes,
  payment_processor_metadata: z.record(z.string(), z.string()),
  products: z.array(Product),
  product: z.nullable(Product),
  product_price: z.nullable(Price),
  prices: z.nullable(z.record(z.string(), z.array(Price))),
  organization: Organization,
});
export type Checkout = z.infer<typeof Checkout>;

const Confirmed = z.extend(Checkout, { customer_session_token: z.nullable(z.string()) });
export type Confirmed = z.infer<typeof Confirmed>;

export interface CheckoutChange {
  readonly product_id?: string;
  /** Null takes the discount away. */
  readonly discount_code?: string | null;
  readonly amount?: number;
  readonly seats?: number;
  readonly customer_billing_address?: Address;
  readonly is_business_customer?: boolean;
  readonly customer_billing_name?: string | null;
  readonly customer_tax_id?: string | null;
}

export interface Confirmation {
  readonly product_id?: string;
  readonly customer_email: string;
  readonly customer_name?: string;
  readonly customer_billing_address?: Address;
  readonly is_business_customer?: boolean;
  readonly customer_billing_name?: string | null;
  readonly customer_tax_id?: string | null;
  readonly custom_field_data?: FieldData;
  readonly locale?: string;
  /** None where nothing is to be paid, now or later. */
  readonly confirmation_token_id?: string;
}

const pathOf = (clientSecret: string) => `/v1/checkouts/client/${encodeURIComponent(clientSecret)}`;

export function getCheckout(clientSecret: string, signal?: AbortSignal): Promise<Checkout> {
  return call({ path: pathOf(clientSecret), answer: Checkout, signal });
}

export function changeCheckout(clientSecret: string, change: CheckoutChange): Promise<Checkout> {
  return call({ method: 'PATCH', path: pathOf(clientSecret), body: change, answer: Checkout });
}

/** Buys. Never repeated by itself: whoever calls decides what an unknown outcome means. */
export function confirmCheckout(clientSecret: string, body: Confirmation): Promise<Confirmed> {
  return call({ method: 'POST', path: `${pathOf(clientSecret)}/confirm`, body, answer: Confirmed });
}
