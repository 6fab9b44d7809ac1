import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { instant, timestamps } from './columns.ts';
import { Customer } from './customer.ts';
import { Organization } from './organization.ts';

/** What customers are told; an organization may turn each off. */
export const CUSTOMER_EMAIL_KINDS = [
  'order_confirmation',
  'payment_method_expiration_reminder',
  'subscription_cancellation',
  'subscription_confirmation',
  'subscription_cycled',
  'subscription_cycled_after_trial',
  'subscription_past_due',
  'subscription_paused',
  'subscription_resumed',
  'subscription_renewal_reminder',
  'subscription_revoked',
  'subscription_trial_conversion_reminder',
  'subscription_uncanceled',
  'subscription_updated',
] as const;
export const EMAIL_KINDS = [
  ...CUSTOMER_EMAIL_KINDS,
  'customer_seat_invitation',
  'email_update',
  'portal_link',
  'webhook_endpoint_disabled',
] as const;

/** A message to a customer or to the organization itself, written with what it tells of; the outbox sends it. */
export const Email = defineEntity({
  name: 'Email',
  tableName: 'emails',
  properties: {
    id: p.uuid().primary(),
    /** In the order in which they were written, whatever the clocks of those they tell of say. */
    position: p.bigint('number').autoincrement(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    /** Null where it goes to the organization. */
    customer: () => p.manyToOne(Customer).nullable(),
    kind: p.enum(EMAIL_KINDS),
    recipient: p.text(),
    subject: p.text(),
    text: p.text(),
    /** The same as a page; null where there is text alone. */
    html: p.text().nullable(),
    sentAt: instant().nullable(),
  },
  indexes: [{ properties: ['organization', 'createdAt'] }, { properties: ['position'] }, { properties: ['customer'] }],
});
export type EmailRow = InferEntity<typeof Email>;
