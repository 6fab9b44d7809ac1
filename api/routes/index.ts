/** Every route of the API. */
import type { Route } from '../route.ts';
import { benefitRoutes } from './benefits.ts';
import { buyRoutes } from './buy.ts';
import { cancelPreviewRoutes } from './cancel-previews.ts';
import { checkoutLinkRoutes } from './checkout-links.ts';
import { checkoutRoutes } from './checkouts.ts';
import { customFieldRoutes } from './custom-fields.ts';
import { customerBalanceRoutes } from './customer-balances.ts';
import { customerMeterRoutes } from './customer-meters.ts';
import { customerSeatRoutes } from './customer-seats.ts';
import { customerSessionRoutes } from './customer-sessions.ts';
import { customerRoutes } from './customers.ts';
import { discountRoutes } from './discounts.ts';
import { documentRoutes } from './documents.ts';
import { eventStatisticsRoutes } from './event-statistics.ts';
import { eventTypeRoutes } from './event-types.ts';
import { eventRoutes } from './events.ts';
import { invariantRoutes } from './invariants.ts';
import { licenseKeyRoutes } from './license-keys.ts';
import { memberRoutes } from './members.ts';
import { meterRoutes } from './meters.ts';
import { orderDraftRoutes } from './order-drafts.ts';
import { orderRoutes } from './orders.ts';
import { organizationAccessTokenRoutes } from './organization-access-tokens.ts';
import { organizationRoutes } from './organizations.ts';
import { paymentRoutes } from './payments.ts';
import { portalChangeApprovalRoutes } from './portal-change-approvals.ts';
import { portalCustomerRoutes } from './portal-customer.ts';
import { portalEmailRoutes } from './portal-email.ts';
import { portalGrantRoutes } from './portal-grants.ts';
import { portalLicenseKeyRoutes } from './portal-license-keys.ts';
import { portalMemberRoutes } from './portal-members.ts';
import { portalMeterRoutes } from './portal-meters.ts';
import { portalPaymentMethodRoutes } from './portal-payment-methods.ts';
import { portalPreviewRoutes } from './portal-previews.ts';
import { portalOrderRoutes } from './portal-purchases.ts';
import { portalSeatRoutes } from './portal-seats.ts';
import { portalSignInRoutes } from './portal-sign-in.ts';
import { portalSubscriptionRoutes } from './portal-subscriptions.ts';
import { portalWalletRoutes } from './portal-wallets.ts';
import { productRoutes } from './products.ts';
import { stripeWebhookRoutes } from './stripe-webhook.ts';
import { subscriptionPreviewRoutes } from './subscription-previews.ts';
import { subscriptionRoutes } from './subscriptions.ts';
import { testClockRoutes } from './test-clocks.ts';
import { webhookDeliveryRoutes } from './webhook-deliveries.ts';
import { webhookEndpointRoutes } from './webhook-endpoints.ts';

export const routes: readonly Route[] = [
  ...benefitRoutes,
  ...buyRoutes,
  ...cancelPreviewRoutes,
  ...checkoutLinkRoutes,
  ...checkoutRoutes,
  ...customFieldRoutes,
  ...customerRoutes,
  ...customerBalanceRoutes,
  ...customerMeterRoutes,
  ...customerSeatRoutes,
  ...customerSessionRoutes,
  ...discountRoutes,
  ...documentRoutes,
  ...eventStatisticsRoutes,
  ...eventRoutes,
  ...eventTypeRoutes,
  ...invariantRoutes,
  ...licenseKeyRoutes,
  ...memberRoutes,
  ...meterRoutes,
  ...orderDraftRoutes,
  ...orderRoutes,
  ...organizationAccessTokenRoutes,
  ...organizationRoutes,
  ...paymentRoutes,
  ...portalCustomerRoutes,
  ...portalEmailRoutes,
  ...portalSignInRoutes,
  ...portalGrantRoutes,
  ...portalLicenseKeyRoutes,
  ...portalMemberRoutes,
  ...portalMeterRoutes,
  ...portalPaymentMethodRoutes,
  ...portalOrderRoutes,
  ...portalPreviewRoutes,
  ...portalSeatRoutes,
  ...portalSubscriptionRoutes,
  ...portalChangeApprovalRoutes,
  ...portalWalletRoutes,
  ...productRoutes,
  ...stripeWebhookRoutes,
  ...subscriptionRoutes,
  ...subscriptionPreviewRoutes,
  ...testClockRoutes,
  ...webhookDeliveryRoutes,
  ...webhookEndpointRoutes,
];
