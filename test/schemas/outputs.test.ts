/** Whatever our shapes allow us to answer, the peer's own client must read. */
import type { z } from 'zod';
import * as benefit from '../../schemas/benefit.ts';
import { BenefitGrant } from '../../schemas/benefit-grant.ts';
import { Checkout, CheckoutPublic, CheckoutPublicConfirmed } from '../../schemas/checkout.ts';
import { Customer, CustomerState } from '../../schemas/customer.ts';
import * as portal from '../../schemas/customer-portal.ts';
import * as seats from '../../schemas/customer-seat.ts';
import { CustomerSession } from '../../schemas/customer-session.ts';
import { Discount } from '../../schemas/discount.ts';
import { HTTPValidationError } from '../../schemas/errors.ts';
import * as licenseKey from '../../schemas/license-key.ts';
import { CustomerPortalMember, Member } from '../../schemas/member.ts';
import { Order, OrderInvoice } from '../../schemas/order.ts';
import { Organization } from '../../schemas/organization.ts';
import { paginated } from '../../schemas/pagination.ts';
import { Payment } from '../../schemas/payment.ts';
import { PaymentMethod } from '../../schemas/payment-method.ts';
import { Product } from '../../schemas/product.ts';
import { Subscription } from '../../schemas/subscription.ts';
import { WebhookDelivery, WebhookEndpoint } from '../../schemas/webhook.ts';
import { examplesOf } from './examples.ts';

/** Ours, and the peer client's name for it where it has another. */
const OUTPUTS: Readonly<Record<string, z.ZodType>> = {
  Benefit: benefit.Benefit,
  BenefitGrant,
  BenefitPublic: benefit.BenefitPublic,
  Checkout,
  CheckoutPublic,
  CheckoutPublicConfirmed,
  Customer,
  CustomerBenefitGrant: portal.CustomerBenefitGrant,
  CustomerCustomerSession: portal.CustomerCustomerSession,
  CustomerOrder: portal.CustomerOrder,
  CustomerOrderInvoice: OrderInvoice,
  CustomerOrderPaymentConfirmation: portal.CustomerOrderPaymentConfirmation,
  CustomerOrderPaymentStatus: portal.CustomerOrderPaymentStatus,
  CustomerOrganizationData: portal.CustomerOrganizationData,
  CustomerPaymentMethod: portal.CustomerPaymentMethod,
  CustomerPaymentMethodCreateResponse: portal.CustomerPaymentMethodCreateResponse,
  CustomerPortalCustomer: portal.CustomerPortalCustomer,
  CustomerPortalMember,
  CustomerProduct: portal.CustomerProduct,
  CustomerSeat: seats.CustomerSeat,
  CustomerSeatClaimResponse: seats.CustomerSeatClaimResponse,
  CustomerSession,
  CustomerState,
  CustomerSubscription: portal.CustomerSubscription,
  Discount,
  LicenseKeyActivationRead: licenseKey.LicenseKeyActivationWithKey,
  LicenseKeyRead: licenseKey.LicenseKey,
  LicenseKeyWithActivations: licenseKey.LicenseKeyWithActivations,
  ListResourceOrder: paginated(Order),
  Member,
  Order,
  OrderInvoice,
  Organization,
  Payment,
  PaymentMethod,
  PortalAuthenticatedUser: portal.PortalAuthenticatedUser,
  Product,
  SeatClaimInfo: seats.SeatClaimInfo,
  SeatsList: seats.SeatsList,
  Subscription,
  ValidatedLicenseKey: licenseKey.ValidatedLicenseKey,
  ValidationError: HTTPValidationError.shape.detail.element,
  WebhookDelivery,
  WebhookEndpoint,
};

/** What the events of each kind of thing carry, and the peer client's names of its payloads. */
const PAYLOADS: readonly (readonly [z.ZodType, readonly string[]])[] = [
  [benefit.Benefit, ['benefit.created', 'benefit.updated']],
  [BenefitGrant, ['benefit_grant.created', 'benefit_grant.updated', 'benefit_grant.cycled', 'benefit_grant.revoked']],
  [Checkout, ['checkout.created', 'checkout.updated', 'checkout.expired']],
  [Customer, ['customer.created', 'customer.updated', 'customer.deleted']],
  [CustomerState, ['customer.state_changed']],
  [seats.CustomerSeat, ['customer_seat.assigned', 'customer_seat.claimed', 'customer_seat.revoked']],
  [Member, ['member.created', 'member.updated', 'member.deleted']],
  [Order, ['order.created', 'order.updated', 'order.paid', 'order.refunded']],
  [Organization, ['organization.updated']],
  [Product, ['product.created', 'product.updated']],
  [
    Subscription,
    ['created', 'updated', 'active', 'canceled', 'uncanceled', 'revoked', 'past_due', 'paused', 'resumed'].map(
      (what) => `subscription.${what}`,
    ),
  ],
];

async function peerReader(name: string): Promise<{ parse(value: unknown): unknown }> {
  const module = await import(`@polar-sh/sdk/models/components/${name.toLowerCase()}.js`);
  return module[`${name}$inboundSchema`];
}

const pascal = (type: string) => type.replaceAll(/(?:^|[._])(\w)/g, (_, letter: string) => letter.toUpperCase());

describe('what we answer', () => {
  it.each(Object.entries(OUTPUTS))('%s is read by the peer’s client', async (name, schema) => {
    const reader = await peerReader(name);
    for (const { value } of examplesOf(schema)) {
      schema.parse(value);
      reader.parse(value);
    }
  });
});

describe('what we send to webhooks', () => {
  const rows = PAYLOADS.flatMap(([schema, types]) => types.map((type) => ({ type, schema })));
  it.each(rows)('$type is read by the peer’s client', async ({ type, schema }) => {
    const reader = await peerReader(`Webhook${pascal(type)}Payload`);
    for (const { value } of examplesOf(schema)) reader.parse({ type, timestamp: '2027-03-01T12:00:00Z', data: value });
  });
});
