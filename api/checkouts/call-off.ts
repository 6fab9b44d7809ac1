/** Calls off checkouts that were left while paying: nothing is charged for them any more, unless the buyer was faster. */
import type { FilterQuery } from '@mikro-orm/core';
import type { CustomerId } from '../../billing/ids.ts';
import { Checkout, type CheckoutRow } from '../../db/entities/checkout.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { Services } from '../services.ts';

type Workflows = Services['workflows'];

export async function callOff(em: EntityManager, workflows: Workflows, which: FilterQuery<CheckoutRow>): Promise<void> {
  const left = await em.fork().find(Checkout, { $and: [which, { status: 'confirmed' }] }, { fields: ['id'] });
  for (const { id } of left) await workflows.expireCheckout(id);
}

/** After this long, whoever was paying has most likely left. */
const LEFT_AFTER = 15 * 60_000;

/** What somebody else begins for a customer waits for no checkout that they have left; who is paying is let. */
export function callOffLeft(em: EntityManager, workflows: Workflows, customer: CustomerId, now: Date): Promise<void> {
  const modifiedAt = { $lt: new Date(now.getTime() - LEFT_AFTER) };
  return callOff(em, workflows, { customer, modifiedAt, product: { recurringInterval: { $ne: null } } });
}
