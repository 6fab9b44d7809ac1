/** Writes e-mails to customers, in the transaction that gives cause to them; the outbox sends them. */
import { randomUUID } from 'node:crypto';
import { Email } from '../../db/entities/email.ts';
import type { OrderRow } from '../../db/entities/order.ts';
import { Organization, type OrganizationRow } from '../../db/entities/organization.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import { wake } from '../../db/outbox.ts';
import { orderConfirmed, pastDue, subscriptionConfirmed, trialEnds, type Written } from './texts.ts';

/** `at` is on the clock of the process. */
export type EmailToWrite =
  | { readonly kind: 'order_confirmation'; readonly order: OrderRow; readonly at: Date }
  | {
      readonly kind: 'subscription_confirmation' | 'subscription_past_due' | 'subscription_trial_conversion_reminder';
      readonly subscription: SubscriptionRow;
      readonly at: Date;
    };

/** Writes nothing where the organization has turned this kind of e-mail off. */
export async function writeEmail(em: EntityManager, email: EmailToWrite): Promise<void> {
  const { kind, at } = email;
  const cause = 'order' in email ? email.order : email.subscription;
  const organization = await em.findOneOrFail(Organization, cause.organization.id);
  if (organization.customerEmailSettings[kind] === false) return;
  const { subject, text } = await written(em, email, organization);
  const { customer } = cause;
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

async function written(em: EntityManager, email: EmailToWrite, organization: OrganizationRow): Promise<Written> {
  if (email.kind === 'order_confirmation') {
    await em.populate([email.order], ['customer', 'product']);
    const { customer, description, totalAmount, currency } = email.order;
    return orderConfirmed({ organization, customer, name: description, amount: totalAmount, currency });
  }
  const { subscription } = email;
  await em.populate([subscription], ['customer', 'product']);
  const facts = { subscription, customer: subscription.customer, product: subscription.product, organization };
  switch (email.kind) {
    case 'subscription_confirmation':
      return subscriptionConfirmed(facts);
    case 'subscription_past_due':
      return pastDue(facts);
    case 'subscription_trial_conversion_reminder':
      return trialEnds(facts);
  }
}
