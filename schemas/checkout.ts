/** Purchases on their way, as the merchant and as the buyer's browser see them. */
import { z } from 'zod';
import { Address } from './address.ts';
import { AttachedCustomField } from './custom-field.ts';
import { CheckoutDiscount } from './discount.ts';
import { RecurringInterval, trial } from './intervals.ts';
import { CustomerMetadata, Metadata } from './metadata.ts';
import { publicOrganization } from './organization.ts';
import { ProductPrice } from './price.ts';
import { CustomFieldData, Id, Instant, identified } from './primitives.ts';
import { publicProductFields } from './product.ts';

export { CheckoutConfirm, CheckoutCreate, CheckoutUpdate, CheckoutUpdatePublic } from './checkout-input.ts';

export const CheckoutStatus = z
  .enum(['open', 'expired', 'confirmed', 'succeeded', 'failed'])
  .meta({ id: 'CheckoutStatus' });
export type CheckoutStatus = z.infer<typeof CheckoutStatus>;

export const CheckoutProduct = z.object(publicProductFields).meta({ id: 'CheckoutProduct' });
export type CheckoutProduct = z.infer<typeof CheckoutProduct>;

const fieldMode = z.enum(['required', 'optional', 'disabled']);

export const CheckoutBillingAddressFields = z
  .object({
    country: fieldMode,
    state: fieldMode,
    city: fieldMode,
    postal_code: fieldMode,
    line1: fieldMode,
    line2: fieldMode,
  })
  .meta({ id: 'CheckoutBillingAddressFields', description: 'Which parts of the address the form asks for.' });
export type CheckoutBillingAddressFields = z.infer<typeof CheckoutBillingAddressFields>;

const amounts = {
  amount: z.int().describe('Before discounts and taxes, in minor units.'),
  discount_amount: z.int(),
  net_amount: z.int(),
  tax_amount: z.int().nullable(),
  tax_behavior: z.enum(['inclusive', 'exclusive']).nullable(),
  total_amount: z.int(),
  applied_balance_amount: z
    .int()
    .optional()
    .describe('Ours: added to the total by the customer’s balance; never above 0.'),
  due_amount: z.int().optional().describe('Ours: what is charged now.'),
  currency: z.string(),
};

const buyer = {
  customer_id: Id.nullable(),
  is_business_customer: z.boolean(),
  customer_name: z.string().nullable(),
  customer_email: z.string().nullable(),
  customer_ip_address: z.string().nullable(),
  customer_billing_name: z.string().nullable(),
  customer_billing_address: Address.nullable(),
  customer_tax_id: z.string().nullable(),
  locale: z.string().nullable().optional(),
};

/** What the merchant and the buyer both see. */
const common = {
  ...identified,
  ...amounts,
  ...buyer,
  custom_field_data: CustomFieldData.optional(),
  payment_processor: z.enum(['stripe']),
  status: CheckoutStatus,
  client_secret: z.string().describe('Lets the buyer’s browser read and pay this checkout.'),
  url: z.string().describe('The page to send the buyer to.'),
  expires_at: Instant,
  success_url: z.string().describe('Where the buyer goes when all is paid.'),
  return_url: z.string().nullable(),
  embed_origin: z.string().nullable(),
  seats: z.int().nullable().optional(),
  min_seats: z.int().nullable().optional(),
  max_seats: z.int().nullable().optional(),
  allow_trial: z.boolean().nullable(),
  active_trial_interval: RecurringInterval.nullable(),
  active_trial_interval_count: z.int().nullable(),
  trial_end: Instant.nullable(),
  organization_id: Id,
  product_id: Id.nullable(),
  product_price_id: Id.nullable(),
  discount_id: Id.nullable(),
  allow_discount_codes: z.boolean(),
  require_billing_address: z.boolean(),
  is_discount_applicable: z.boolean(),
  is_free_product_price: z.boolean(),
  is_payment_required: z.boolean().describe('Whether something is charged now.'),
  is_payment_setup_required: z.boolean().describe('Whether a payment method is kept for later.'),
  is_payment_form_required: z.boolean(),
  payment_method_type: z.string().nullable(),
  payment_processor_metadata: z.record(z.string(), z.string()),
  billing_address_fields: CheckoutBillingAddressFields,
  products: z.array(CheckoutProduct).describe('What the buyer may choose from.'),
  product: CheckoutProduct.nullable(),
  product_price: ProductPrice.nullable(),
  prices: z.record(z.string(), z.array(ProductPrice)).nullable().describe('By product.'),
  discount: CheckoutDiscount.nullable(),
  attached_custom_fields: z.array(AttachedCustomField).nullable(),
};

export const Checkout = z
  .object({
    ...common,
    ...trial,
    metadata: Metadata,
    external_customer_id: z.string().nullable(),
    subscription_id: Id.nullable(),
    customer_metadata: CustomerMetadata,
  })
  .meta({ id: 'Checkout' });
export type Checkout = z.infer<typeof Checkout>;

export const CheckoutPublic = z
  .object({
    ...common,
    organization: z.object(publicOrganization),
    is_reverse_charged: z.boolean().optional().describe('Ours: the buyer’s business accounts for the tax itself.'),
  })
  .meta({ id: 'CheckoutPublic', description: 'As the buyer’s browser sees it.' });
export type CheckoutPublic = z.infer<typeof CheckoutPublic>;

export const CheckoutPublicConfirmed = z
  .object({
    ...CheckoutPublic.shape,
    status: z.literal('confirmed').describe('Whatever it is by now: it was confirmed.'),
    customer_session_token: z.string().nullable().describe('Opens the portal of the customer who has just bought.'),
  })
  .meta({ id: 'CheckoutPublicConfirmed' });
export type CheckoutPublicConfirmed = z.infer<typeof CheckoutPublicConfirmed>;
