/** A shop that sells by links, and who visits them: a person, a program that only looks, or the same line too often. */
import { randomUUID } from 'node:crypto';
import type { Running } from './running.ts';

export const fixed = { amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' };
export const seats = {
  amount_type: 'seat_based',
  price_currency: 'usd',
  seat_tiers: { tiers: [{ min_seats: 1, max_seats: 20, price_per_seat: 700 }] },
};

const PERSON = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
let neighbours = 0;
/** Everybody comes from a line of their own, unless it is said from which. */
function aLine(): string {
  neighbours += 1;
  return `203.0.113.${neighbours}`;
}

export interface Visit {
  readonly query?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly from?: string;
}

export type LinkShop = Awaited<ReturnType<typeof aLinkShop>>;

export async function aLinkShop(running: Running) {
  const { token, organization } = await running.aMerchant();
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const visit = ({ url }: { url: string }, { query = '', method = 'GET', headers = {}, from = aLine() }: Visit = {}) =>
    fetch(`${running.api}${new URL(url).pathname}?${query}`, {
      method,
      redirect: 'manual',
      headers: { 'user-agent': PERSON, 'x-forwarded-for': from, ...headers },
    });
  return {
    token,
    slug: organization.slug as string,
    make,
    visit,
    aProduct: (more: object = {}) => make('/v1/products/', { name: 'Fern Pro', prices: [fixed], ...more }),
    aLink: (products: readonly { id: string }[], more: object = {}) =>
      make('/v1/checkout-links/', { products: products.map(({ id }) => id), ...more }),
    aDiscount: (more: object = {}) =>
      make('/v1/discounts/', {
        ...{ name: 'Half off', code: `HALF-${randomUUID()}`, type: 'percentage', basis_points: 5000, duration: 'once' },
        ...more,
      }),
    /** The checkout that a visit was led to, as the merchant sees it. */
    async opened(link: { url: string }, how: Visit = {}) {
      const answer = await visit(link, how);
      const location = answer.headers.get('location');
      if (answer.status !== 302 || location === null) throw new Error(`${answer.status} ${await answer.text()}`);
      const secret = new URL(location).pathname.split('/').at(-1);
      const { id } = await running.made(null, 'GET', `/v1/checkouts/client/${secret}`);
      return running.made(token, 'GET', `/v1/checkouts/${id}`);
    },
    checkoutsOf: async ({ id }: { id: string }): Promise<number> =>
      (await running.made(token, 'GET', `/v1/checkouts/?product_id=${id}`)).pagination.total_count,
  };
}
