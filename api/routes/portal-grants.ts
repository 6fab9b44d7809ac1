/** What a customer holds by what they bought, in their portal. */
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { BenefitId, CheckoutId, CustomerId, GrantId, OrderId, SubscriptionId } from '../../billing/ids.ts';
import { BenefitGrant, type BenefitGrantRow } from '../../db/entities/benefit-grant.ts';
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
  tag,
  auth: 'customer',
  query: Pagination.extend({
    query: z.string().max(200).optional(),
    type: oneOrMany(AnyBenefitType),
    benefit_id: oneOrMany(z.uuid()),
    checkout_id: oneOrMany(z.uuid()),
    order_id: oneOrMany(z.uuid()),
    subscription_id: oneOrMany(z.uuid()),
    sorting: sorting(
      ['granted_at', 'type', 'organization', 'product_benefit'],
      [
        { property: 'product_benefit', direction: 'asc' },
        { property: 'granted_at', direction: 'desc' },
      ],
    ),
  }),
  response: paginated(CustomerBenefitGrant),
  async handle({ query, customer, em }) {
    const and: FilterQuery<BenefitGrantRow>[] = [{ customer: customer.id, revokedAt: null }];
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
    return page(rows.map(portalGrantView), total, query);
  },
});

export const getMyGrant = route({
  method: 'get',
  path: '/v1/customer-portal/benefit-grants/{id}',
  summary: 'Get a benefit',
  tag,
  auth: 'customer',
  params,
  response: CustomerBenefitGrant,
  errors: [404],
  async handle({ params, customer, em }) {
    return portalGrantView(await myGrant(em, customer.id, params.id));
  },
});

export const updateMyGrant = route({
  method: 'patch',
  path: '/v1/customer-portal/benefit-grants/{id}',
  summary: 'Update a benefit',
  description: 'Texts and license keys have nothing that a customer could choose: they are answered as they are.',
  tag,
  auth: 'customer',
  params,
  body: CustomerBenefitGrantUpdate,
  response: CustomerBenefitGrant,
  errors: [403, 404],
  async handle({ params, body, customer, em }) {
    const row = await myGrant(em, customer.id, params.id);
    if (row.revokedAt) throw notPermitted('This benefit was revoked.');
    if (row.benefit.type !== body.benefit_type) {
      throw invalid(['body', 'benefit_type'], 'This benefit is of another type.');
    }
    return portalGrantView(row);
  },
});

export const portalGrantRoutes = [listMyGrants, getMyGrant, updateMyGrant];

async function myGrant(em: EntityManager, customer: CustomerId, id: string): Promise<BenefitGrantRow> {
  const wanted = { id: id as GrantId, customer };
  const row = await em.findOne(BenefitGrant, wanted, { populate: PORTAL_GRANT_POPULATE });
  if (row === null) throw notFound();
  return row as BenefitGrantRow;
}
