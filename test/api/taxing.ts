/** Shops that collect taxes, and a tax provider that answers from the table, names its calculations, and can be away. */
import { randomUUID } from 'node:crypto';
import { Order } from '../../db/entities/order.ts';
import { Organization } from '../../db/entities/organization.ts';
import type { TaxProvider } from '../../tax/provider.ts';
import { TaxUnavailable } from '../../tax/provider.ts';
import { tableOfTaxes } from '../../tax/table.ts';
import { eventually } from './everything.ts';
import type { Running } from './running.ts';

export const LONDON = { country: 'GB', line1: '1 Example Street', city: 'London', postal_code: 'N1 9GU' };
export const START = '2027-04-01T00:00:00.000Z';

/** What was asked of it, and how often. */
export class Taxes implements TaxProvider {
  calculated = 0;
  /** The first time that it is told of an order, it doesn't answer. */
  readonly asked: string[] = [];
  readonly recorded: string[] = [];
  /** How many of the next questions it won't answer. */
  away = 0;

  async calculate(question: Parameters<TaxProvider['calculate']>[0]) {
    if (this.away > 0) {
      this.away -= 1;
      throw new TaxUnavailable('Nobody answers.');
    }
    this.calculated += 1;
    return { ...(await tableOfTaxes.calculate(question)), calculationId: `taxcalc_${this.calculated}` };
  }

  async record(calculationId: string) {
    this.asked.push(calculationId);
    if (this.asked.filter((asked) => asked === calculationId).length <= 1) throw new TaxUnavailable('Nobody answers.');
    this.recorded.push(calculationId);
    return `tax_${calculationId}`;
  }
}

/** A shop in Germany that collects VAT in the UK and the EU. */
export async function aTaxedShop(running: Running, registrations: readonly string[] = ['GB', 'EU']) {
  const { token, organization } = await running.aMerchant();
  await running.orm.em
    .fork()
    .nativeUpdate(Organization, { id: organization.id }, { country: 'DE', taxRegistrations: [...registrations] });
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const get = (path: string) => running.made(token, 'GET', path);
  return {
    ...{ token, organization, make, get },
    product: (amount: number, more: Record<string, unknown> = {}, price: Record<string, unknown> = {}) =>
      make('/v1/products/', {
        name: 'Fern Pro',
        prices: [{ amount_type: 'fixed', price_amount: amount, price_currency: 'usd', ...price }],
        ...more,
      }),
    monthly(amount: number, more: Record<string, unknown> = {}, price: Record<string, unknown> = {}) {
      return this.product(amount, { recurring_interval: 'month', ...more }, price);
    },
    customer: (more: Record<string, unknown> = {}) =>
      make('/v1/customers/', { email: `ada-${randomUUID()}@example.com`, billing_address: LONDON, ...more }),
    edit: (secret: string, body: unknown) => running.call(null, 'PATCH', `/v1/checkouts/client/${secret}`, body),
    pay: async (secret: string, body: Record<string, unknown> = {}) =>
      running.call(null, 'POST', `/v1/checkouts/client/${secret}/confirm`, {
        confirmation_token_id: await running.aCard(),
        ...body,
      }),
    orders: async () => (await get('/v1/orders/?limit=100&sorting=created_at')).items,
    /** As it stands in its row. */
    row: (id: string) => running.orm.em.fork().findOneOrFail(Order, { id: id as never }),
    /** In the account of taxes, by currency. */
    async owed() {
      const rows: { sum: string }[] = await running.orm.em.fork().execute(
        `select -sum(e.amount) as sum from ledger_entries e join ledger_transactions t on t.id = e.transaction_id
         where e.account = 'tax_payable' and t.organization_id = ?`,
        [organization.id],
      );
      return Number(rows[0]?.sum ?? 0);
    },
    disagreements: () => running.disagreements(token),
  };
}

export type TaxedShop = Awaited<ReturnType<typeof aTaxedShop>>;

/** A subscription bought on 1 April 2027, on a clock of its own, by a customer in London unless they say otherwise. */
export async function aTaxedSubscription(
  running: Running,
  shop: TaxedShop,
  product: { readonly id: string },
  {
    customer: more = {},
    checkout = {},
  }: { customer?: Record<string, unknown>; checkout?: Record<string, unknown> } = {},
) {
  const clock = await shop.make('/v1/test-clocks/', { name: 'A life', frozen_time: START });
  const customer = await shop.customer({ test_clock_id: clock.id, ...more });
  const { client_secret } = await shop.make('/v1/checkouts/', {
    products: [product.id],
    customer_id: customer.id,
    ...checkout,
  });
  const paid = await shop.pay(client_secret);
  if (paid.status !== 200) throw new Error(JSON.stringify(paid.body));
  const [{ id }] = (await shop.get(`/v1/subscriptions/?customer_id=${customer.id}`)).items;
  const path = `/v1/subscriptions/${id}`;
  return {
    ...{ id, customer },
    show: () => shop.get(path),
    change: (body: unknown) => running.made(shop.token, 'PATCH', path, body),
    preview: (body: unknown) => shop.make(`${path}/change-preview`, body),
    nextCharge: () => shop.get(`${path}/charge-preview`),
    async livesUntil(to: string) {
      await shop.make(`/v1/test-clocks/${clock.id}/advance`, { frozen_time: to });
      await eventually(async () => (await shop.get(`/v1/test-clocks/${clock.id}`)).status === 'ready' || undefined);
    },
    orders: async () =>
      (await shop.get(`/v1/orders/?subscription_id=${id}&limit=100&sorting=created_at&sorting=invoice_number`)).items,
  };
}
