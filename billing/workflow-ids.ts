/** A process's id is its thing's id with a prefix, so that anyone who knows the thing can find the process. */
import type { CheckoutId, SubscriptionId, TestClockId } from './ids.ts';

export const checkoutWorkflowId = (id: CheckoutId): string => `checkout/${id}`;
export const subscriptionWorkflowId = (id: SubscriptionId): string => `subscription/${id}`;
export const testClockWorkflowId = (id: TestClockId): string => `test-clock/${id}`;
export const cardSetupWorkflowId = (id: string): string => `card-setup/${id}`;
