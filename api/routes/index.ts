/** Every route of the API. */
import type { Route } from '../route.ts';
import { checkoutRoutes } from './checkouts.ts';
import { invariantRoutes } from './invariants.ts';
import { portalPaymentMethodRoutes } from './portal-payment-methods.ts';
import { shopRoutes } from './shop.ts';
import { stripeWebhookRoutes } from './stripe-webhook.ts';
import { subscriptionRoutes } from './subscriptions.ts';
import { testClockRoutes } from './test-clocks.ts';
import { webhookDeliveryRoutes } from './webhook-deliveries.ts';
import { webhookEndpointRoutes } from './webhook-endpoints.ts';

export const routes: readonly Route[] = [
  ...checkoutRoutes,
  ...invariantRoutes,
  ...portalPaymentMethodRoutes,
  ...shopRoutes,
  ...stripeWebhookRoutes,
  ...subscriptionRoutes,
  ...testClockRoutes,
  ...webhookDeliveryRoutes,
  ...webhookEndpointRoutes,
];
