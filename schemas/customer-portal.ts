/** What customers see and do in their portal. */
import { z } from 'zod';
import { Address, AddressInput } from './address.ts';
import { CustomBenefitSubscriber, LicenseKeysBenefitSubscriber, MeterCreditBenefitSubscriber } from './benefit.ts';
import { grantFields } from './benefit-grant.ts';
import { BenefitGrantCustomProperties } from './benefits/custom.ts';
import { BenefitGrantLicenseKeysProperties } from './benefits/license-keys.ts';
import { BenefitGrantMeterCreditProperties } from './benefits/meter-credit.ts';
import { CustomerType, TaxId } from './customer.ts';
import { CustomerSubscriptionMeter } from './customer-meter.ts';
import { oneOfForms } from './forms.ts';
import { OrderInvoice, OrderReceipt, OrderUpdate, orderFields } from './order.ts';
import { publicOrganization } from './organization.ts';
import { CustomerPortalSettings } from './organization-settings.ts';
import { PaymentMethod } from './payment-method.ts';
import { ProductPrice } from './price.ts';
import { count, Id, Instant, identified, optionalLine, UrlInput } from './primitives.ts';
import { publicProductFields } from './product.ts';
import {
  CustomerCancellationReason,
  PendingSubscriptionUpdate,
  SubscriptionPause,
  SubscriptionResume,
  SubscriptionUpdateClear,
  subscriptionFields,
} from './subscription.ts';

export const CustomerOrganization = z
  .object({
    ...publicOrganization,
    customer_portal_settings: CustomerPortalSettings,
    organization_features: z
      .object({ member_model_enabled: z.boolean().optional(), checkout_localization_enabled: z.boolean().optional() })
      .optional(),
  })
  .meta({ id: 'CustomerOrganization' });
export type CustomerOrganization = z.infer<typeof CustomerOrganization>;

export const CustomerProduct = z.object(publicProductFields).meta({ id: 'CustomerProduct' });
export type CustomerProduct = z.infer<typeof CustomerProduct>;

export const CustomerOrganizationData = z
  .object({
    organization: CustomerOrganization,
    products: z.array(CustomerProduct),
    default_presentment_currency: z.string().describe('Ours: in which checkouts begin, where the product has it.'),
    payment_processor_metadata: z
      .record(z.string(), z.string())
      .optional()
      .describe('What a page needs to take a card: ours beyond the peer.'),
  })
  .meta({ id: 'CustomerOrganizationData' });
export type CustomerOrganizationData = z.infer<typeof CustomerOrganizationData>;

const BoughtProduct = z
  .object({ ...publicProductFields, organization: CustomerOrganization })
  .meta({ id: 'CustomerBoughtProduct' });

export const CustomerPortalCustomer = z
  .object({
    ...identified,
    email: z.string().nullable(),
    email_verified: z.boolean(),
    name: z.string().nullable(),
    billing_name: z.string().nullable(),
    billing_address: Address.nullable(),
    tax_id: TaxId.nullable(),
    oauth_accounts: z.record(z.string(), z.object({ account_id: z.string(), account_username: z.string().nullable() })),
    default_payment_method_id: Id.nullable().optional(),
    type: CustomerType.nullable().optional(),
    locale: z.string().nullable().optional(),
  })
  .meta({ id: 'CustomerPortalCustomer' });
export type CustomerPortalCustomer = z.infer<typeof CustomerPortalCustomer>;

export const CustomerPortalCustomerUpdate = z
  .object({
    billing_name: optionalLine(256),
    billing_address: AddressInput.nullable().optional(),
    tax_id: optionalLine(64),
    default_payment_method_id: Id.nullable().optional(),
  })
  .meta({ id: 'CustomerPortalCustomerUpdate' });
export type CustomerPortalCustomerUpdate = z.infer<typeof CustomerPortalCustomerUpdate>;

export const ChangeAtBank = z
  .object({
    product_id: Id.nullable().describe('Null where it stays the same.'),
    seats: z.int().nullable().describe('Null where they stay the same.'),
    due_amount: z.int().describe('Charged once the bank has approved it, in minor units.'),
    approve_by: Instant.describe('When it is called off by itself.'),
    payment_intent_id: z.string().describe('To go on with by `confirm-change`.'),
  })
  .meta({ id: 'CustomerSubscriptionChangeAtBank', description: 'A change that waits for the customer’s bank.' });

export const CustomerSubscription = z
  .object({
    ...subscriptionFields,
    product: BoughtProduct,
    prices: z.array(ProductPrice),
    meters: z.array(CustomerSubscriptionMeter),
    pending_update: PendingSubscriptionUpdate.nullable(),
    change_at_bank: ChangeAtBank.nullable().optional().describe('Ours: beyond the peer.'),
  })
  .meta({ id: 'CustomerSubscription' });
export type CustomerSubscription = z.infer<typeof CustomerSubscription>;

export const CustomerSubscriptionCancel = z
  .object({
    cancel_at_period_end: z.boolean().nullable().optional(),
    cancellation_reason: CustomerCancellationReason.nullable().optional(),
    cancellation_comment: z.string().max(10_000).nullable().optional(),
  })
  .meta({ id: 'CustomerSubscriptionCancel' });
export type CustomerSubscriptionCancel = z.infer<typeof CustomerSubscriptionCancel>;

export const CustomerSubscriptionUpdate = oneOfForms(
  {
    product_id: z.object({ product_id: Id }),
    seats: z.object({ seats: count(1) }),
    pause_at_period_end: SubscriptionPause,
    resume: SubscriptionResume,
    pending_update: SubscriptionUpdateClear,
  },
  CustomerSubscriptionCancel,
).meta({ id: 'CustomerSubscriptionUpdate' });
export type CustomerSubscriptionUpdate = z.infer<typeof CustomerSubscriptionUpdate>;

export const PaymentUnderWay = z
  .object({
    payment_intent_id: z
      .string()
      .nullable()
      .describe(
        'To go on with at the customer’s bank, by the subscription’s `confirm-change`; null: nothing is to be done.',
      ),
    approve_by: Instant.nullable().describe('Until when it waits for the bank.'),
  })
  .meta({ id: 'CustomerOrderPaymentUnderWay', description: 'An attempt to pay that has not come to an end.' });

export const CustomerOrder = z
  .object({
    ...orderFields,
    product: BoughtProduct.nullable(),
    subscription: z.object(subscriptionFields).nullable(),
    payment_under_way: PaymentUnderWay.nullable().optional().describe('Ours: beyond the peer.'),
    asked_amount: z
      .int()
      .optional()
      .describe(
        'Ours: what a card is asked for if it is paid by hand now; with what is owed besides, or after the balance.',
      ),
  })
  .meta({ id: 'CustomerOrder' });
export type CustomerOrder = z.infer<typeof CustomerOrder>;

export const CustomerOrderUpdate = OrderUpdate.meta({ id: 'CustomerOrderUpdate' });
export type CustomerOrderUpdate = z.infer<typeof CustomerOrderUpdate>;

export const CustomerOrderInvoice = OrderInvoice.meta({ id: 'CustomerOrderInvoice' });
export type CustomerOrderInvoice = z.infer<typeof CustomerOrderInvoice>;

export const CustomerOrderReceipt = OrderReceipt.meta({ id: 'CustomerOrderReceipt' });
export type CustomerOrderReceipt = z.infer<typeof CustomerOrderReceipt>;

export const CustomerOrderPaymentStatus = z
  .object({ status: z.string(), error: z.string().nullable().optional() })
  .meta({ id: 'CustomerOrderPaymentStatus' });
export type CustomerOrderPaymentStatus = z.infer<typeof CustomerOrderPaymentStatus>;

const ConfirmationToken = z.string().regex(/^\w{1,255}$/);

export const CustomerOrderConfirmPayment = z
  .object({
    confirmation_token_id: ConfirmationToken.nullable().optional(),
    payment_method_id: Id.nullable().optional(),
    payment_processor: z.enum(['stripe']).default('stripe'),
  })
  .meta({ id: 'CustomerOrderConfirmPayment' });
export type CustomerOrderConfirmPayment = z.infer<typeof CustomerOrderConfirmPayment>;

export const CustomerOrderPaymentConfirmation = z
  .object({
    status: z.string(),
    client_secret: z.string().nullable().optional(),
    error: z.string().nullable().optional(),
  })
  .meta({ id: 'CustomerOrderPaymentConfirmation' });
export type CustomerOrderPaymentConfirmation = z.infer<typeof CustomerOrderPaymentConfirmation>;

export const CustomerPaymentMethod = PaymentMethod;
export type CustomerPaymentMethod = z.infer<typeof CustomerPaymentMethod>;

export const CustomerPaymentMethodCreate = z
  .object({ confirmation_token_id: ConfirmationToken, set_default: z.boolean(), return_url: UrlInput })
  .meta({ id: 'CustomerPaymentMethodCreate' });
export type CustomerPaymentMethodCreate = z.infer<typeof CustomerPaymentMethodCreate>;

export const CustomerPaymentMethodConfirm = z
  .object({ setup_intent_id: z.string().regex(/^\w{1,255}$/), set_default: z.boolean() })
  .meta({ id: 'CustomerPaymentMethodConfirm' });
export type CustomerPaymentMethodConfirm = z.infer<typeof CustomerPaymentMethodConfirm>;

export const CustomerPaymentMethodCreateResponse = z
  .discriminatedUnion('status', [
    z.object({ status: z.literal('succeeded'), payment_method: CustomerPaymentMethod }),
    z.object({ status: z.literal('requires_action'), client_secret: z.string() }),
  ])
  .meta({ id: 'CustomerPaymentMethodCreateResponse' });
export type CustomerPaymentMethodCreateResponse = z.infer<typeof CustomerPaymentMethodCreateResponse>;

export const CustomerCustomerSession = z
  .object({ expires_at: Instant, return_url: z.string().nullable() })
  .meta({ id: 'CustomerCustomerSession' });
export type CustomerCustomerSession = z.infer<typeof CustomerCustomerSession>;

export const PortalAuthenticatedUser = z
  .object({
    type: z.string(),
    name: z.string().nullable(),
    email: z.string(),
    customer_id: Id,
    member_id: Id.nullable().optional(),
    role: z.string().nullable().optional(),
  })
  .meta({ id: 'PortalAuthenticatedUser' });
export type PortalAuthenticatedUser = z.infer<typeof PortalAuthenticatedUser>;

const held = {
  ...grantFields,
  granted_at: Instant.nullable(),
  revoked_at: Instant.nullable(),
  customer: CustomerPortalCustomer,
};

export const CustomerBenefitGrant = z
  .union([
    z.object({ ...held, benefit: CustomBenefitSubscriber, properties: BenefitGrantCustomProperties }),
    z.object({ ...held, benefit: LicenseKeysBenefitSubscriber, properties: BenefitGrantLicenseKeysProperties }),
    z.object({ ...held, benefit: MeterCreditBenefitSubscriber, properties: BenefitGrantMeterCreditProperties }),
  ])
  .meta({ id: 'CustomerBenefitGrant' });
export type CustomerBenefitGrant = z.infer<typeof CustomerBenefitGrant>;

export const CustomerBenefitGrantUpdate = z
  .object({ benefit_type: z.enum(['custom', 'license_keys']) })
  .meta({ id: 'CustomerBenefitGrantUpdate' });
export type CustomerBenefitGrantUpdate = z.infer<typeof CustomerBenefitGrantUpdate>;
