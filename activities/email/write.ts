/** Writes e-mails to customers, in the transaction that gives cause to them; the outbox sends them. */
import { randomUUID } from 'node:crypto';
import { type EMAIL_KINDS, Email } from '../../db/entities/email.ts';
import { Organization } from '../../db/entities/organization.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import { wake } from '../../db/outbox.ts';
import { pastDue, trialEnds } from './texts.ts';

export interface EmailToWrite {
  readonly kind: (typeof EMAIL_KINDS)[number];
  readonly subscription: SubscriptionRow;
  /** On the clock of the process. */
  readonly at: Date;
}

/** Writes nothing where the organization has turned this kind of e-mail off. */
export async function writeEmail(em: EntityManager, { kind, subscription, at }: EmailToWrite): Promise<void> {
  const organization = await em.findOneOrFail(Organization, subscription.organization.id);
  if (organization.customerEmailSettings[kind] === false) return;
  await em.populate([subscription], ['customer', 'product']);
  const { customer, product } = subscription;
  const facts = { subscription, customer, product, organization };
  const { subject, text } = kind === 'subscription_past_due' ? pastDue(facts) : trialEnds(facts);
  const id = randomUUID();
  await em.insert(Email, {
    id,
    createdAt: at,
    organization: organization.id,
    customer: customer.id,
    kind,
    recipient: customer.email,
    subject,
    text,
  });
  await wake(em, 'email', id);
}
