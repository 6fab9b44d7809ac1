/** What billing wants of benefits: written where it is decided, carried out by each grant's own process afterwards. */
import { randomUUID } from 'node:crypto';
import type { GrantId } from '../billing/ids.ts';
import type { BenefitRow } from './entities/benefit.ts';
import { BenefitGrant, type BenefitGrantRow } from './entities/benefit-grant.ts';
import type { CustomerRow } from './entities/customer.ts';
import type { OrderRow } from './entities/order.ts';
import { Product, type ProductRow } from './entities/product.ts';
import { Subscription, type SubscriptionRow } from './entities/subscription.ts';
import { emit } from './events.ts';
import type { EntityManager } from './orm.ts';
import { wake } from './outbox.ts';
import { GRANT_POPULATE, grantWebhookView } from './views/benefit-grant.ts';

export type Wanted = BenefitGrantRow['wanted'];

/** By what a customer holds a benefit. */
export type Holding = { readonly subscription: SubscriptionRow } | { readonly order: OrderRow };

export type WantGrants = Holding & {
  readonly customer: CustomerRow;
  readonly product: ProductRow;
  readonly wanted: Wanted;
  readonly at: Date;
};

/**
 * Wants all benefits of a product granted, or all that were granted by the holding revoked; wakes the process of each
 * grant that this changes. Repeating it changes nothing.
 */
export async function wantGrants(em: EntityManager, given: WantGrants): Promise<void> {
  const held = await em.find(BenefitGrant, holder(given));
  const changed = held.filter((grant) => grant.wanted === 'granted' && given.wanted === 'revoked');
  if (given.wanted === 'granted') {
    for (const benefit of await benefitsOf(em, given.product)) {
      const grant = held.find((candidate) => candidate.benefit.id === benefit.id);
      if (grant === undefined) await insertGrant(em, given, benefit);
      else if (grant.wanted === 'revoked') changed.push(grant);
    }
  }
  await want(em, changed, given.wanted, given.at);
}

/** A product's benefits have changed: its running subscriptions, and those who bought it once, get or lose them. */
export async function wantGrantsForProductChange(
  em: EntityManager,
  product: ProductRow,
  { added, removed }: { readonly added: readonly BenefitRow[]; readonly removed: readonly BenefitRow[] },
  at: Date,
): Promise<void> {
  const ids = removed.map(({ id }) => id);
  const lost = await em.find(BenefitGrant, {
    benefit: { $in: ids },
    wanted: 'granted',
    $or: [{ subscription: { product: product.id } }, { order: { product: product.id } }],
  });
  await want(em, lost, 'revoked', at);
  if (added.length === 0) return;
  const subscriptions = await em.find(
    Subscription,
    { product: product.id, status: { $in: ['active', 'trialing'] } },
    { populate: ['customer'] },
  );
  for (const subscription of subscriptions) {
    await wantGrants(em, { subscription, customer: subscription.customer, product, wanted: 'granted', at });
  }
}

/** A benefit is no more: whoever holds it loses it. */
export async function revokeBenefit(em: EntityManager, benefit: BenefitRow, at: Date): Promise<void> {
  await want(em, await em.find(BenefitGrant, { benefit: benefit.id, wanted: 'granted' }), 'revoked', at);
}

/** Tells that a subscription's benefits go on into its new period. */
export async function cycleGrants(em: EntityManager, subscription: SubscriptionRow, at: Date): Promise<void> {
  const organizationId = subscription.organization.id;
  const load = () =>
    em.find(
      BenefitGrant,
      { subscription: subscription.id, wanted: 'granted', grantedAt: { $ne: null } },
      { populate: GRANT_POPULATE },
    );
  const held = await em.find(BenefitGrant, { subscription: subscription.id, wanted: 'granted' }, { fields: ['id'] });
  if (held.length === 0) return;
  for (const grant of await load()) {
    await emit(em, { organizationId, type: 'benefit_grant.cycled', at, data: () => grantWebhookView(grant) });
  }
}

async function want(em: EntityManager, grants: readonly BenefitGrantRow[], wanted: Wanted, at: Date): Promise<void> {
  for (const grant of grants) {
    grant.wanted = wanted;
    grant.wantedAt = at;
    grant.version += 1;
  }
  await em.flush();
  await wake(em, 'grant', ...grants.map(({ id }) => id));
}

async function insertGrant(em: EntityManager, given: WantGrants, benefit: BenefitRow): Promise<void> {
  const id = randomUUID() as GrantId;
  em.create(BenefitGrant, {
    id,
    createdAt: given.at,
    benefit,
    customer: given.customer,
    wanted: 'granted',
    wantedAt: given.at,
    ...('subscription' in given ? { subscription: given.subscription } : { order: given.order }),
  });
  await em.flush();
  await wake(em, 'grant', id);
}

const holder = (given: WantGrants) =>
  'subscription' in given ? { subscription: given.subscription.id } : { order: given.order.id };

async function benefitsOf(em: EntityManager, product: ProductRow): Promise<BenefitRow[]> {
  const { benefits } = await em.findOneOrFail(Product, product.id, { populate: ['benefits'] });
  return benefits.getItems().filter(({ deletedAt }) => !deletedAt);
}
