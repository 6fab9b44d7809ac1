import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { instant, timestamps } from './columns.ts';
import { Customer } from './customer.ts';
import { Organization } from './organization.ts';

export const EMAIL_KINDS = ['subscription_past_due', 'subscription_trial_conversion_reminder'] as const;

/** A message to a customer, written with what it tells of; the outbox sends it. */
export const Email = defineEntity({
  name: 'Email',
  tableName: 'emails',
  properties: {
    id: p.uuid().primary(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    customer: () => p.manyToOne(Customer),
    kind: p.enum(EMAIL_KINDS),
    recipient: p.text(),
    subject: p.text(),
    text: p.text(),
    sentAt: instant().nullable(),
  },
  indexes: [{ properties: ['organization', 'createdAt'] }],
});
export type EmailRow = InferEntity<typeof Email>;
