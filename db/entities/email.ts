import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { instant, timestamps } from './columns.ts';
import { Customer } from './customer.ts';
import { Organization } from './organization.ts';

/** What customers are told; an organization may turn each off. */
export const CUSTOMER_EMAIL_KINDS = [
  'order_confirmation',
  'subscription_confirmation',
  'subscription_past_due',
  'subscription_trial_conversion_reminder',
] as const;
export const EMAIL_KINDS = [
  ...CUSTOMER_EMAIL_KINDS,
  'customer_seat_invitation',
  'email_update',
  'webhook_endpoint_disabled',
] as const;

/** A message to a customer or to the organization itself, written with what it tells of; the outbox sends it. */
export const Email = defineEntity({
  name: 'Email',
  tableName: 'emails',
  properties: {
    id: p.uuid().primary(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    /** Null where it goes to the organization. */
    customer: () => p.manyToOne(Customer).nullable(),
    kind: p.enum(EMAIL_KINDS),
    recipient: p.text(),
    subject: p.text(),
    text: p.text(),
    sentAt: instant().nullable(),
  },
  indexes: [{ properties: ['organization', 'createdAt'] }],
});
export type EmailRow = InferEntity<typeof Email>;
