/** The way from a shop's page into a checkout, ours alone: a link that can be put anywhere. */
import { z } from 'zod';
import { Organization } from '../../db/entities/organization.ts';
import { CheckoutCreate } from '../../schemas/checkout.ts';
import { createCheckout } from '../checkouts/create.ts';
import { notFound } from '../errors.ts';
import { redirect } from '../replies.ts';
import { route } from '../route.ts';

export const buy = route({
  method: 'get',
  path: '/shop/{slug}/buy/{product_id}',
  summary: 'Buy a product',
  description: 'Opens a checkout for the product and sends the browser to it.',
  tag: 'Checkouts',
  auth: 'public',
  params: z.object({ slug: z.string().max(64), product_id: z.uuid() }),
  response: redirect,
  errors: [404],
  async handle({ params, em, environment }) {
    const organization = await em.findOne(Organization, { slug: params.slug });
    if (organization === null) throw notFound('There is no such shop.');
    const body = CheckoutCreate.parse({ products: [params.product_id] });
    const checkout = await createCheckout(em, { environment }, organization.id, body);
    return `${environment.PUBLIC_URL}/checkout/${checkout.clientSecret}`;
  },
});

export const shopRoutes = [buy];
