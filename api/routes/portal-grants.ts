/** What a customer holds by what they bought, in their portal. */
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type {
  BenefitId,
  CheckoutId,
  CustomerId,
  GrantId,
  MemberId,
  OrderId,
  SubscriptionId,
} from '../../billing/ids.ts';
import { BenefitGrant, type BenefitGrantRow } from '../../db/entities/benefit-grant.ts';
import { heldByAny, heldByPerson, type Person } from '../../db/grant-holders.ts';
import { ownerOf } from '../../db/members.ts';
import type { EntityManager } from '../../db/orm.ts';
import { containing } from '../../db/search.ts';
import { byPlaceInProduct } from '../../db/sorting.ts';
import { PORTAL_GRANT_POPULATE, portalGrantView } from '../../db/views/portal.ts';
import { AnyBenefitType } from '../../schemas/benefit.ts';
import { CustomerBenefitGrant, CustomerBenefitGrantUpdate } from '../../schemas/customer-portal.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { oneOrMany } from '../../schemas/query.ts';
import { invalid, notFound, notPermitted } from '../errors.ts';
import { route } from '../route.ts';

const tag = 'Customer portal';
const params = z.object({ id: z.uuid() });

type Direction = 'asc' | 'desc';

const SORTS = {
  granted_at: (direction: Direction) => ({ grantedAt: direction }),
  type: (direction: Direction) => ({ benefit: { type: direction } }),
  // A customer has bought from one organization, which is in every order.
  organization: () => ({}),
  product_benefit: byPlaceInProduct,
} as const;

export const listMyGrants = route({
  method: 'get',
  path: '/v1/customer-portal/benefit-grants/',
  summary: 'List benefits',
  description: 'Your own; of another member of your team with `member_id`, for owners and billing managers.',
  tag,
  auth: 'customer',
  forMembers: true,
  query: Pagination.extend({
    query: z.string().max(200).optional(),
    type: oneOrMany(AnyBenefitType),
    benefit_id: oneOrMany(z.uuid()),
    checkout_id: oneOrMany(z.uuid()),
    order_id: oneOrMany(z.uuid()),
    subscription_id: oneOrMany(z.uuid()),
    member_id: oneOrMany(z.uuid()),
    sorting: sorting(
      ['granted_at', 'type', 'organization', 'product_benefit'],
      [
        { property: 'product_benefit', direction: 'asc' },
        { property: 'granted_at', direction: 'desc' },
      ],
    ),
  }),
  response: paginated(CustomerBenefitGrant),
  async handle({ query, customer, person, em }) {
    const isTeams = query.member_id !== undefined && person.role !== 'member';
    const whose = isTeams ? heldByAny(em, query.member_id as MemberId[]) : heldByPerson(customer.id, person);
    const and: FilterQuery<BenefitGrantRow>[] = [{ customer: customer.id, revokedAt: null }, whose];
    if (query.member_id && !isTeams) and.push(heldByAny(em, query.member_id as MemberId[]));
    if (query.query) and.push({ benefit: { description: containing(query.query) } });
    if (query.type) and.push({ benefit: { type: { $in: query.type } } });
    if (query.benefit_id) and.push({ benefit: { $in: query.benefit_id as BenefitId[] } });
    if (query.checkout_id) {
      const checkoutId = { $in: query.checkout_id as CheckoutId[] };
      and.push({ $or: [{ subscription: { checkoutId } }, { order: { checkoutId } }] });
    }
    if (query.order_id) and.push({ order: { $in: query.order_id as OrderId[] } });
    if (query.subscription_id) and.push({ subscription: { $in: query.subscription_id as SubscriptionId[] } });
    const [rows, total] = await em.findAndCount(
      BenefitGrant,
      { $and: and },
      {
        populate: PORTAL_GRANT_POPULATE,
        limit: query.limit,
        offset: (query.page - 1) * query.limit,
        orderBy: [...query.sorting.map(({ property, direction }) => SORTS[property](direction)), { id: 'asc' }],
      },
    );
    const owner = await ownerOf(em, customer.id);
    return page(
      rows.map((row) => portalGrantView(row as BenefitGrantRow, owner, person)),
      total,
      query,
    );
  },
});

export const getMyGrant = route({
  method: 'get',
  path: '/v1/customer-portal/benefit-grants/{id}',
  summary: 'Get a benefit',
  tag,
  auth: 'customer',
  forMembers: true,
  params,
  response: CustomerBenefitGrant,
  errors: [404],
  async handle({ params, customer, person, em }) {
    const row = await myGrant(em, customer.id, person, params.id);
    return portalGrantView(row, await ownerOf(em, customer.id), person);
  },
});

export const updateMyGrant = route({
  method: 'patch',
  path: '/v1/customer-portal/benefit-grants/{id}',
  summary: 'Update a benefit',
  description: 'Texts and license keys have nothing that a customer could choose: they are answered as they are.',
  tag,
  auth: 'customer',
  forMembers: true,
  params,
  body: CustomerBenefitGrantUpdate,
  response: CustomerBenefitGrant,
  errors: [403, 404],
  async handle({ params, body, customer, person, em }) {
    const row = await myGrant(em, customer.id, person, params.id);
    if (row.revokedAt) throw notPermitted('This benefit was revoked.');
    if (row.benefit.type !== body.benefit_type) {
      throw invalid(['body', 'benefit_type'], 'This benefit is of another type.');
    }
    return portalGrantView(row, await ownerOf(em, customer.id), person);
  },
});

export const portalGrantRoutes = [listMyGrants, getMyGrant, updateMyGrant];

async function myGrant(em: EntityManager, customer: CustomerId, person: Person, id: string): Promise<BenefitGrantRow> {
  const wanted: FilterQuery<BenefitGrantRow> = { $and: [{ id: id as GrantId }, heldByPerson(customer, person)] };
  const row = await em.findOne(BenefitGrant, wanted, { populate: PORTAL_GRANT_POPULATE });
  if (row === null) throw notFound();
  return row as BenefitGrantRow;
}
