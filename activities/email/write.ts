/** Writes e-mails to customers, in the transaction that gives cause to them; the outbox sends them. */
import { randomUUID } from 'node:crypto';
import type { CustomerId } from '../../billing/ids.ts';
import { Customer } from '../../db/entities/customer.ts';
import { Email } from '../../db/entities/email.ts';
import { Organization } from '../../db/entities/organization.ts';
import type { EntityManager } from '../../db/orm.ts';
import { wake } from '../../db/outbox.ts';
import type { Between } from '../../emails/letter.ts';
import { rendered } from '../../emails/render.ts';
import { type Cause, letterOf } from './letters.ts';

/** `at` is on the clock of the process. */
export type EmailToWrite = Cause & { readonly at: Date };

/**
 * Writes nothing where the organization has turned this kind of e-mail off, where there is nothing to tell, or where the
 * customer has been deleted.
 */
export async function writeEmail(em: EntityManager, email: EmailToWrite): Promise<void> {
  const { organization, customer } = await partiesOf(em, email);
  if (organization.customerEmailSettings[email.kind] === false || customer.deletedAt) return;
  const between: Between = { seller: organization, reader: customer };
  const letter = await letterOf(em, email, between);
  if (letter === null) return;
  const id = randomUUID();
  await em.insert(Email, {
    id,
    createdAt: email.at,
    organization: organization.id,
    customer: customer.id,
    kind: email.kind,
    recipient: customer.email,
    ...rendered(letter, between),
  });
  await wake(em, 'email', id);
}

async function partiesOf(em: EntityManager, email: EmailToWrite) {
  const customer = await em.findOneOrFail(Customer, customerOf(email));
  return { customer, organization: await em.findOneOrFail(Organization, customer.organization.id) };
}

function customerOf(email: EmailToWrite): CustomerId {
  if (email.kind === 'order_confirmation') return email.order.customer.id;
  if (email.kind === 'payment_method_expiration_reminder') return email.card.customer.id;
  return email.subscription.customer.id;
}
