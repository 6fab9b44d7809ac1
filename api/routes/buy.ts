/** Addresses that can be put anywhere and open a checkout: checkout links, and the products of a shop. */
import { z } from 'zod';
import type { ProductId } from '../../billing/ids.ts';
import { LARGEST_CHARGE } from '../../billing/money.ts';
import { MOST_SEATS } from '../../billing/tiers.ts';
import { CheckoutLink, type CheckoutLinkRow } from '../../db/entities/checkout-link.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Product } from '../../db/entities/product.ts';
import { CheckoutCreate } from '../../schemas/checkout.ts';
import { Currency } from '../../schemas/currency.ts';
import { queryInteger } from '../../schemas/query.ts';
import { onSale, openFromLink } from '../checkout-links/open.ts';
import { LinkQuery, pageQueryOf } from '../checkout-links/query.ts';
import { createCheckout } from '../checkouts/create.ts';
import { enter, shown } from '../doors/open.ts';
import type { DoorPage } from '../doors/page.ts';
import { plainAddress } from '../doors/visitors.ts';
import { type Passage, passage } from '../replies.ts';
import { type RequestContext, route } from '../route.ts';

const tag = 'Checkouts';
const description =
  'Visitors are led to a checkout of their own; previews, crawlers and HEAD see a page with a button.';

const link = {
  path: '/buy/{client_secret}',
  summary: 'Open a checkout link',
  description,
  tag,
  auth: 'public',
  params: z.object({ client_secret: z.string().max(200) }),
  query: LinkQuery,
  response: passage,
} as const;

const shop = {
  path: '/shop/{slug}/buy/{product_id}',
  summary: 'Buy a product',
  description: `${description} \`amount\` and \`seats\` as the shop’s form has them.`,
  tag,
  auth: 'public',
  params: z.object({ slug: z.string().max(64), product_id: z.string().max(64) }),
  query: z.object({
    amount: queryInteger(0, LARGEST_CHARGE).optional(),
    seats: queryInteger(1, MOST_SEATS).optional(),
    currency: Currency.optional(),
  }),
  response: passage,
} as const;

type Context = Pick<RequestContext, 'em' | 'environment' | 'taxes' | 'request'>;

async function visitLink(
  context: Context & { params: z.output<typeof link.params>; query: LinkQuery },
): Promise<Passage> {
  const { params, query, em } = context;
  const found = await em.findOne(
    CheckoutLink,
    { clientSecret: params.client_secret, deletedAt: null },
    { populate: ['organization', 'products', 'discount'] },
  );
  if (found === null) return shown(GONE);
  const row = found as CheckoutLinkRow;
  const products = onSale(row);
  if (products.length === 0) return shown(soldNoMore(row.organization));
  return enter(
    {
      name: row.id,
      shop: row.organization.name,
      products: products.map(({ name }) => name),
      pageQuery: pageQueryOf(query),
      open: () => openFromLink(row, query, context),
    },
    context,
  );
}

async function visitShop(
  context: Context & { params: z.output<typeof shop.params>; query: z.output<typeof shop.query> },
): Promise<Passage> {
  const { params, query, em, environment, taxes, request } = context;
  const organization = await em.findOne(Organization, { slug: params.slug });
  if (organization === null) return shown(GONE);
  const product = z.uuid().safeParse(params.product_id).success
    ? await em.findOne(Product, { id: params.product_id as ProductId, organization })
    : null;
  if (product === null || product.isArchived || product.visibility === 'draft') return shown(soldNoMore(organization));
  const body = { products: [product.id], customer_ip_address: request.ip && plainAddress(request.ip), ...query };
  return enter(
    {
      name: product.id,
      shop: organization.name,
      products: [product.name],
      open: () => createCheckout(em, { environment, taxes }, organization.id, CheckoutCreate.parse(body), {}),
    },
    context,
  );
}

const GONE: DoorPage = {
  status: 404,
  title: 'Nothing is sold here',
  text: 'The link may have been cut off on its way, or taken back by its shop. Open it again from where you found it.',
};

const soldNoMore = ({ name, slug }: { readonly name: string; readonly slug: string }): DoorPage => ({
  status: 410,
  title: 'This is no longer sold',
  text: `${name} has stopped selling what this link was for. There may be something like it in the shop.`,
  link: { href: `/shop/${slug}`, label: `See what ${name} sells` },
});

export const buyRoutes = [
  route({ ...link, method: 'get', handle: visitLink }),
  route({ ...link, method: 'post', handle: visitLink }),
  route({ ...shop, method: 'get', handle: visitShop }),
  route({ ...shop, method: 'post', handle: visitShop }),
];
