/** Deletes customers: what they have under way is ended first; orders and books stay. */
import type { SubscriptionId } from '../../billing/ids.ts';
import { takeNameBack } from '../../db/customer-names.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { Email } from '../../db/entities/email.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import { revokeAllOf } from '../../db/grants.ts';
import { lockRow } from '../../db/lock.ts';
import { dropMembers, forgetMembers } from '../../db/members.ts';
import type { EntityManager } from '../../db/orm.ts';
import { retried } from '../../db/retried.ts';
import { revokeSeatsBought } from '../../db/seats.ts';
import { ApiError } from '../errors.ts';
import type { WorkflowGateway } from '../workflows.ts';
import { nowOf } from './find.ts';
import { tellCustomer } from './write.ts';

/**
 * The customer is marked first, so that nothing new begins for them; whatever was under way by then is ended, however
 * late it shows. Where this stops in the middle, the next call goes on.
 */
export async function deleteCustomer(
  em: EntityManager,
  workflows: WorkflowGateway,
  customer: CustomerRow,
  { anonymize, at }: { readonly anonymize: boolean; readonly at: Date },
): Promise<void> {
  await mark(em, customer, at);
  await expireCheckouts(em, workflows, customer);
  await endSubscriptions(em, workflows, customer);
  await retried(() =>
    em.transactional(async (tx) => {
      await revokeAllOf(tx, customer, at);
      await lockRow(tx, Customer, customer.id);
      await tx.execute('select from members where customer_id = ? order by id for no key update', [customer.id]);
      const row = (await tx.findOneOrFail(Customer, customer.id, { populate: ['testClock'] })) as CustomerRow;
      await revokeSeatsBought(tx, row, nowOf(row, at));
      await dropMembers(tx, row, nowOf(row, at));
      await takeNameBack(tx, row, nowOf(row, at));
      if (anonymize) await forget(tx, customer);
    }),
  );
}

async function mark(em: EntityManager, customer: CustomerRow, at: Date): Promise<void> {
  await em.transactional(async (tx) => {
    await lockRow(tx, Customer, customer.id);
    const row = await tx.findOneOrFail(Customer, customer.id, { populate: ['testClock'], refresh: true });
    if (row.deletedAt) return;
    row.deletedAt = nowOf(row, at);
    row.modifiedAt = row.deletedAt;
    await tx.flush();
    await tellCustomer(tx, row, 'customer.deleted', row.deletedAt);
  });
}

/** A checkout that is being paid in this moment ends paid; its subscription is ended after it. */
async function expireCheckouts(em: EntityManager, workflows: WorkflowGateway, customer: CustomerRow): Promise<void> {
  const underWay = await em.find(
    Checkout,
    { customer: customer.id, status: { $in: ['open', 'confirmed'] } },
    { fields: ['id'], disableIdentityMap: true },
  );
  for (const { id } of underWay) await workflows.expireCheckout(id);
}

/** Through their own processes, until none is left that has not been ended. */
async function endSubscriptions(em: EntityManager, workflows: WorkflowGateway, customer: CustomerRow): Promise<void> {
  const ended = new Set<SubscriptionId>();
  for (;;) {
    const living = await em.find(
      Subscription,
      { customer: customer.id, status: { $ne: 'canceled' }, id: { $nin: [...ended] } },
      { fields: ['id'], disableIdentityMap: true },
    );
    if (living.length === 0) return;
    for (const { id } of living) {
      try {
        await workflows.subscription(id).revoke({ reason: null, comment: null });
      } catch (error) {
        // It ended by itself in the meantime.
        if (!(error instanceof ApiError && error.error === 'AlreadyCanceledSubscription')) throw error;
      }
      ended.add(id);
    }
  }
}

/** Nothing that says who they were; what was written on orders stays, as the law wants it. */
async function forget(em: EntityManager, customer: CustomerRow): Promise<void> {
  const nobody = `deleted-${customer.id}@anonymized.invalid`;
  await em.nativeUpdate(Customer, customer.id, {
    email: nobody,
    emailVerified: false,
    name: null,
    billingName: null,
    billingAddress: null,
    taxId: null,
    locale: null,
    metadata: {},
  });
  await em.nativeUpdate(
    Checkout,
    { customer: customer.id },
    {
      customerEmail: nobody,
      customerName: null,
      customerBillingName: null,
      customerBillingAddress: null,
      customerTaxId: null,
      customerIpAddress: null,
      externalCustomerId: null,
      customerMetadata: {},
    },
  );
  await forgetMembers(em, customer);
  await em.nativeDelete(Email, { customer: customer.id });
}
