/** A team that has bought seats on a clock of its own, and what is asked of them over HTTP. */
import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Transporter } from 'nodemailer';
import type { Dependencies } from '../../activities/dependencies.ts';
import { type Mailing, sendEmail } from '../../activities/email/send.ts';
import { Email } from '../../db/entities/email.ts';
import { eventually } from './everything.ts';
import type { Reply, Running } from './running.ts';

export const START = '2027-04-01T00:00:00.000Z';
export const seatBased = (pricePerSeat = 1000) => [
  {
    amount_type: 'seat_based',
    price_currency: 'usd',
    seat_tiers: { tiers: [{ min_seats: 1, max_seats: null, price_per_seat: pricePerSeat }] },
  },
];
export const anEmail = (name = 'grace') => `${name}-${randomUUID()}@example.com`;

export interface Bought {
  readonly seats?: number;
  /** Null: sold once. */
  readonly interval?: 'month' | null;
  readonly organization?: Readonly<Record<string, unknown>>;
}

export async function aTeam(running: Running, { seats = 3, interval = 'month', organization = {} }: Bought = {}) {
  const merchant = await running.aMerchant();
  const { token } = merchant;
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  await running.made(token, 'PATCH', `/v1/organizations/${merchant.organization.id}`, organization);
  const clock = await make('/v1/test-clocks/', { name: 'A life', frozen_time: START });
  const benefit = await make('/v1/benefits/', {
    type: 'license_keys',
    description: 'A key',
    properties: { activations: { limit: 5, enable_customer_admin: true } },
  });
  const once = interval === null ? {} : { recurring_interval: interval };
  const product = await make('/v1/products/', { name: 'Fern Team', ...once, prices: seatBased() });
  await make(`/v1/products/${product.id}/benefits`, { benefits: [benefit.id] });
  const customer = await make('/v1/customers/', {
    ...{ email: anEmail('ada'), name: 'Ada Example', external_id: `ada-${randomUUID()}`, test_clock_id: clock.id },
  });
  const checkout = await make('/v1/checkouts/', { products: [product.id], customer_id: customer.id, seats });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
  const [subscription] = (await running.made(token, 'GET', '/v1/subscriptions/')).items;
  const [order] = (await running.made(token, 'GET', '/v1/orders/')).items;
  const bought: Readonly<Record<string, string>> =
    interval === null ? { order_id: order.id } : { subscription_id: subscription.id };
  const { token: owner } = await make('/v1/customer-sessions/', { customer_id: customer.id });
  const assign = (body: unknown): Promise<Reply> =>
    running.call(token, 'POST', '/v1/customer-seats', { ...bought, ...(body as object) });

  async function assigned(body: unknown) {
    const reply = await assign(body);
    if (reply.status !== 200) throw new Error(`${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  }

  return {
    ...{
      ...merchant,
      clock,
      benefit,
      product,
      customer,
      checkout,
      subscription,
      order,
      bought,
      make,
      assign,
      assigned,
    },
    owner: owner as string,
    list: () => running.made(token, 'GET', `/v1/customer-seats?${new URLSearchParams(bought)}`),
    revoke: (seat: string) => running.call(token, 'DELETE', `/v1/customer-seats/${seat}`),
    resend: (seat: string) => running.call(token, 'POST', `/v1/customer-seats/${seat}/resend`),
    claim: (link: string) => running.call(null, 'POST', '/v1/customer-seats/claim', { invitation_token: link }),
    look: (link: string) => running.call(null, 'GET', `/v1/customer-seats/claim/${link}`),
    patch: (body: unknown) => running.call(token, 'PATCH', `/v1/subscriptions/${subscription.id}`, body),
    /** Signs a member in. */
    async as(member: string): Promise<string> {
      return (await make('/v1/customer-sessions/', { customer_id: customer.id, member_id: member })).token;
    },
    async grants(query = '') {
      const { items } = await running.made(token, 'GET', `/v1/benefits/${benefit.id}/grants?limit=100${query}`);
      return items as { id: string; is_granted: boolean; member_id: string; member: { email: string } }[];
    },
    /** Once all that is wanted of grants is done: whose are granted. */
    async holders(): Promise<string[]> {
      await eventually(async () => ((await isAtRest(running)) ? true : undefined));
      const granted = (await this.grants()).filter(({ is_granted }) => is_granted);
      return granted.map(({ member }) => member.email).sort();
    },
    async lives(to: string) {
      await make(`/v1/test-clocks/${clock.id}/advance`, { frozen_time: to });
      const isReady = async () => (await running.made(token, 'GET', `/v1/test-clocks/${clock.id}`)).status === 'ready';
      await eventually(async () => ((await isReady()) ? true : undefined));
    },
  };
}

async function isAtRest(running: Running): Promise<boolean> {
  const rows: unknown[] = await running.orm.em
    .fork()
    .execute('select id from benefit_grants where done_version < version and failed_version < version limit 1');
  return rows.length === 0;
}

/** Sends the newest invitation to an address, through a mail server that keeps it; its link's token, null: nothing went out. */
export async function delivered(running: Running, recipient: string): Promise<string | null> {
  const [letter] = await running.orm.em
    .fork()
    .find(Email, { recipient, kind: 'customer_seat_invitation' }, { orderBy: { position: 'desc' } });
  let sent = '';
  const sendMail = async ({ text }: { text: string }) => {
    sent = text;
  };
  const transport = { sendMail } as unknown as Transporter;
  const environment = { PUBLIC_URL: 'https://shop.example', EMAIL_FROM: 'shop@example.com' };
  const mailing = { orm: running.orm, environment, transport } as unknown as Mailing & Dependencies;
  await new MockActivityEnvironment().run(sendEmail, mailing, { emailId: letter?.id ?? '' });
  return /claim\?invitation_token=(\S+)/.exec(sent)?.[1] ?? null;
}
