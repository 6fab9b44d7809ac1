/** The way from a shop's page into a checkout, ours alone: a link that can be put anywhere. */
import { z } from 'zod';
import { LARGEST_CHARGE } from '../../billing/money.ts';
import { MOST_SEATS } from '../../billing/tiers.ts';
import { Organization } from '../../db/entities/organization.ts';
import { CheckoutCreate } from '../../schemas/checkout.ts';
import { Currency } from '../../schemas/currency.ts';
import { queryInteger } from '../../schemas/query.ts';
import { createCheckout } from '../checkouts/create.ts';
import { notFound } from '../errors.ts';
import { redirect } from '../replies.ts';
import { route } from '../route.ts';

export const buy = route({
  method: 'get',
  path: '/shop/{slug}/buy/{product_id}',
  summary: 'Buy a product',
  description:
    'Opens a checkout for the product and sends the browser to it; `amount` and `seats` as the shop’s form has them.',
  tag: 'Checkouts',
  auth: 'public',
  params: z.object({ slug: z.string().max(64), product_id: z.uuid() }),
  query: z.object({
    amount: queryInteger(0, LARGEST_CHARGE).optional(),
    seats: queryInteger(1, MOST_SEATS).optional(),
    currency: Currency.optional(),
  }),
  response: redirect,
  errors: [404],
  async handle({ params, query, em, environment }) {
    const organization = await em.findOne(Organization, { slug: params.slug });
    if (organization === null) throw notFound('There is no such shop.');
    const body = CheckoutCreate.parse({ products: [params.product_id], ...query });
    const checkout = await createCheckout(em, { environment }, organization.id, body);
    return `${environment.PUBLIC_URL}/checkout/${checkout.clientSecret}`;
  },
});

export const shopRoutes = [buy];
