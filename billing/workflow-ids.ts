/** A process's id is its thing's id with a prefix, so that anyone who knows the thing can find the process. */
import type { DocumentKind } from './documents.ts';
import type {
  BenefitId,
  CheckoutId,
  CustomerId,
  GrantId,
  MeterId,
  OrderId,
  PaymentId,
  SubscriptionId,
  TestClockId,
  WebhookEndpointId,
  WebhookEventId,
} from './ids.ts';

export const checkoutWorkflowId = (id: CheckoutId): string => `checkout/${id}`;
export const subscriptionWorkflowId = (id: SubscriptionId): string => `subscription/${id}`;
export const orderWorkflowId = (id: OrderId): string => `order/${id}`;
export const testClockWorkflowId = (id: TestClockId): string => `test-clock/${id}`;
export const cardSetupWorkflowId = (id: string): string => `card-setup/${id}`;
export const newCardWorkflowId = (choice: string): string => `new-card/${choice}`;
export const grantWorkflowId = (benefit: BenefitId, grant: GrantId): string => `grant/${benefit}/${grant}`;
export const webhookEndpointWorkflowId = (id: WebhookEndpointId): string => `webhook-endpoint/${id}`;
export const webhookDeliveryWorkflowId = (id: WebhookEventId): string => `webhook/${id}`;
export const processorFeeWorkflowId = (id: PaymentId): string => `fee/${id}`;
export const taxRecordWorkflowId = (id: OrderId): string => `tax/${id}`;
export const documentWorkflowId = (order: OrderId, kind: DocumentKind): string => `document/${order}/${kind}`;
export const emailWorkflowId = (id: string): string => `email/${id}`;
export const customerLevelsWorkflowId = (id: CustomerId): string => `levels/${id}`;
export const meterLevelsWorkflowId = (id: MeterId): string => `meter-levels/${id}`;
export const meterBackfillWorkflowId = (id: MeterId): string => `meter-backfill/${id}`;
