/** What billing wants of benefits: written where it is decided, carried out by each grant's own process afterwards. */
import { randomUUID } from 'node:crypto';
import { type FilterQuery, LockMode, raw } from '@mikro-orm/core';
import type { GrantId } from '../billing/ids.ts';
import type { BenefitRow } from './entities/benefit.ts';
import { BenefitGrant, type BenefitGrantRow } from './entities/benefit-grant.ts';
import type { CustomerRow } from './entities/customer.ts';
import type { MemberRow } from './entities/member.ts';
import { Order } from './entities/order.ts';
import { Product, type ProductRow } from './entities/product.ts';
import { Subscription, type SubscriptionRow } from './entities/subscription.ts';
import { emit } from './events.ts';
import { lockGrants } from './lock.ts';
import { becomeTeam } from './members.ts';
import { nowOf } from './now.ts';
import type { EntityManager } from './orm.ts';
import { wake } from './outbox.ts';
import { recordOfGrant } from './recorded.ts';
import { type Holding, hangingOn, holdersOf } from './seats.ts';
import { GRANT_POPULATE, grantWebhookView } from './views/benefit-grant.ts';

export type Wanted = BenefitGrantRow['wanted'];

export type WantGrants = Holding & {
  readonly customer: CustomerRow;
  readonly product: ProductRow;
  readonly wanted: Wanted;
  readonly at: Date;
};

/**
 * Grants are locked from when they are read, each in the order of ids: of two who ask at once, the second must not ask
 * under a version that has been carried out.
 */
const LOCKED = { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' }, refresh: true } as const;

/**
 * Wants all benefits of a product granted, or all that were granted by the holding revoked; wakes the process of each
 * grant that this changes. Repeating it changes nothing.
 */
export async function wantGrants(em: EntityManager, given: WantGrants): Promise<void> {
  if (given.wanted === 'granted') return grantToHolders(em, given, await holdersOf(em, given));
  const held = await em.find(BenefitGrant, { ...hangingOn(given), wanted: 'granted' }, LOCKED);
  await want(em, held, 'revoked', () => given.at);
}

/** Whoever has just claimed a seat holds what the others hold. */
export function wantGrantsOfMember(em: EntityManager, given: WantGrants, member: MemberRow): Promise<void> {
  return grantToHolders(em, given, [member]);
}

/** Their seat of the purchase is gone. */
export function revokeGrantsOfMember(em: EntityManager, holding: Holding, member: MemberRow, at: Date): Promise<void> {
  return revoke(em, { ...hangingOn(holding), member: member.id }, at);
}

/** A member is no more, and with them all that they hold. */
export function revokeAllOfMember(em: EntityManager, member: MemberRow, at: Date): Promise<void> {
  return revoke(em, { member: member.id }, at);
}

async function grantToHolders(em: EntityManager, given: WantGrants, holders: Holders): Promise<void> {
  const buyer = await grantTo(em, given, holders);
  // Last, since whoever carries out a grant holds its row before the customer's.
  if (buyer === 'team') await becomeTeam(em, given.customer, given.at);
}

/** Null: the buyer. */
type Holders = readonly (MemberRow | null)[];

/** Answered: what the buyer is by that. */
async function grantTo(em: EntityManager, given: WantGrants, holders: Holders): Promise<'team' | 'person'> {
  const members = holders.map((member) => member?.id ?? null);
  const held = await em.find(BenefitGrant, { $and: [hangingOn(given), heldBy(members)] }, LOCKED);
  const changed: BenefitGrantRow[] = [];
  for (const benefit of await benefitsOf(em, given.product)) {
    for (const member of holders) {
      const grant = held.find((candidate) => candidate.benefit.id === benefit.id && isHeldBy(candidate, member));
      if (grant === undefined) await insertGrant(em, given, benefit, member);
      else if (grant.wanted === 'revoked') changed.push(grant);
    }
  }
  await want(em, changed, 'granted', () => given.at);
  return members.includes(null) ? 'person' : 'team';
}

const isHeldBy = (grant: BenefitGrantRow, member: MemberRow | null) =>
  (grant.member?.id ?? null) === (member?.id ?? null);

const heldBy = (members: readonly (MemberRow['id'] | null)[]): FilterQuery<BenefitGrantRow> => ({
  $or: [
    { member: { $in: members.filter((member) => member !== null) } },
    ...(members.includes(null) ? [{ member: null }] : []),
  ],
});

/**
 * A subscription is for another product now: benefits that this one lacks are revoked, its own granted; and the buyer's
 * are revoked where it is sold by the seat now.
 */
export async function switchGrants(em: EntityManager, given: WantGrants): Promise<void> {
  const held = await em.find(BenefitGrant, { ...hangingOn(given), wanted: 'granted' }, LOCKED);
  const kept = new Set((await benefitsOf(em, given.product)).map(({ id }) => id));
  const holders = await holdersOf(em, given);
  await want(
    em,
    held.filter((grant) => !kept.has(grant.benefit.id) || !holders.some((member) => isHeldBy(grant, member))),
    'revoked',
    () => given.at,
  );
  await grantToHolders(em, given, holders);
}

/**
 * A product's benefits have changed: its running subscriptions, and those who bought it once, get or lose them, each at
 * their own time. `at` is the machine's.
 */
export async function wantGrantsForProductChange(
  em: EntityManager,
  product: ProductRow,
  { added, removed }: { readonly added: readonly BenefitRow[]; readonly removed: readonly BenefitRow[] },
  at: Date,
): Promise<void> {
  await lockSoldOf(em, product);
  const ids = removed.map(({ id }) => id);
  await revoke(
    em,
    {
      benefit: { $in: ids },
      $or: [{ subscription: { product: product.id } }, { order: { product: product.id } }],
    },
    at,
  );
  if (added.length === 0) return;
  const teams: CustomerRow[] = [];
  for (const holding of await holdingsOf(em, product)) {
    const { customer } = 'subscription' in holding ? holding.subscription : holding.order;
    const given = { ...holding, customer, product, wanted: 'granted' as const, at: nowOf(customer, at) };
    if ((await grantTo(em, given, await holdersOf(em, given))) === 'team') teams.push(customer);
  }
  for (const customer of inOrder(teams)) await becomeTeam(em, customer, nowOf(customer, at));
}

const inOrder = (customers: readonly CustomerRow[]) => customers.toSorted((a, b) => (a.id < b.id ? -1 : 1));

/** All that it was sold by, so that none of it changes or ends meanwhile, and all grants that hang on that. */
async function lockSoldOf(em: EntityManager, product: ProductRow): Promise<void> {
  await em.execute('select from subscriptions where product_id = ? order by id for no key update', [product.id]);
  await lockGrants(em, { $or: [{ subscription: { product: product.id } }, { order: { product: product.id } }] });
}

/** A benefit is no more: whoever holds it loses it. */
export function revokeBenefit(em: EntityManager, benefit: BenefitRow, at: Date): Promise<void> {
  return revoke(em, { benefit: benefit.id }, at);
}

/** A customer is no more, and with them all that they hold, by whatever they bought. */
export function revokeAllOf(em: EntityManager, customer: Pick<CustomerRow, 'id'>, at: Date): Promise<void> {
  return revoke(em, { customer: customer.id }, at);
}

/** The merchant has changed a benefit: where it could not be granted or revoked so far, that is tried again. */
export async function retryGrants(em: EntityManager, benefit: BenefitRow, at: Date): Promise<void> {
  const failing = { benefit: benefit.id, error: { $ne: null }, doneVersion: { $lt: raw('version') } };
  const grants = await em.find(BenefitGrant, failing, LOCKED);
  await em.populate(grants, ['customer.testClock']);
  await ask(em, grants, ({ customer }) => nowOf(customer, at));
}

/** Tells that a subscription's benefits go on into its new period. */
export async function cycleGrants(
  em: EntityManager,
  subscription: SubscriptionRow,
  at: Date,
  type?: BenefitRow['type'],
): Promise<void> {
  const held = {
    subscription: subscription.id,
    wanted: 'granted' as const,
    ...(type === undefined ? {} : { benefit: { type } }),
  };
  const organizationId = subscription.organization.id;
  const load = () => em.find(BenefitGrant, { ...held, grantedAt: { $ne: null } }, { populate: GRANT_POPULATE });
  if ((await em.find(BenefitGrant, held, { fields: ['id'] })).length === 0) return;
  const told = (await load()).map((grant) => ({
    ...{ organizationId, type: 'benefit_grant.cycled' as const, at, data: () => grantWebhookView(em, grant) },
    recorded: recordOfGrant(grant as BenefitGrantRow, 'benefit.cycled'),
  }));
  await emit(em, ...told);
}

/** Who has the product: its running subscriptions, and the living who bought it once and kept it. */
async function holdingsOf(em: EntityManager, product: ProductRow): Promise<Holding[]> {
  const options = { populate: ['customer.testClock'], orderBy: { id: 'asc' } } as const;
  const [subscriptions, orders] = await Promise.all([
    em.find(Subscription, { product: product.id, status: { $in: ['active', 'trialing'] } }, options),
    em.find(
      Order,
      {
        product: product.id,
        subscription: null,
        status: { $in: ['paid', 'partially_refunded'] },
        customer: { deletedAt: null },
      },
      options,
    ),
  ]);
  return [...subscriptions.map((subscription) => ({ subscription })), ...orders.map((order) => ({ order }))];
}

async function revoke(em: EntityManager, where: FilterQuery<BenefitGrantRow>, at: Date): Promise<void> {
  const found = await em.find(BenefitGrant, where, { fields: ['id'], disableIdentityMap: true });
  const held = await em.find(BenefitGrant, { id: { $in: found.map(({ id }) => id) }, wanted: 'granted' }, LOCKED);
  await em.populate(held, ['customer.testClock']);
  await want(em, held, 'revoked', ({ customer }) => nowOf(customer, at));
}

function want(
  em: EntityManager,
  grants: readonly BenefitGrantRow[],
  wanted: Wanted,
  at: (grant: BenefitGrantRow) => Date,
): Promise<void> {
  for (const grant of grants) grant.wanted = wanted;
  return ask(em, grants, at);
}

async function ask(
  em: EntityManager,
  grants: readonly BenefitGrantRow[],
  at: (grant: BenefitGrantRow) => Date,
): Promise<void> {
  for (const grant of grants) {
    grant.wantedAt = at(grant);
    grant.version += 1;
  }
  await em.flush();
  await wake(em, 'grant', ...grants.map(({ id }) => id));
}

async function insertGrant(
  em: EntityManager,
  given: WantGrants,
  benefit: BenefitRow,
  member: MemberRow | null,
): Promise<void> {
  const id = randomUUID() as GrantId;
  em.create(BenefitGrant, {
    id,
    createdAt: given.at,
    benefit,
    customer: given.customer,
    member,
    wanted: 'granted',
    wantedAt: given.at,
    ...('subscription' in given ? { subscription: given.subscription } : { order: given.order }),
  });
  await em.flush();
  await wake(em, 'grant', id);
}

async function benefitsOf(em: EntityManager, product: ProductRow): Promise<BenefitRow[]> {
  const { benefits } = await em.findOneOrFail(Product, product.id, { populate: ['benefits'] });
  return benefits.getItems().filter(({ deletedAt }) => !deletedAt);
}
