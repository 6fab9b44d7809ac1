/** A shop in which a scenario happens: what was done in it over the API, and what the API says of it. */
import { randomUUID } from 'node:crypto';
import { receivedAtOf } from '../../usage/event-ids.ts';
import { eventually } from '../api/everything.ts';
import type { Running } from '../api/running.ts';
import type { Counting, Sent } from './oracle-naive.ts';
import type { Batch, Happening, Person, Plan, Scenario } from './oracle-scenario.ts';
import { aShop, fixed, metered, START } from './selling.ts';

/** One that was sent, by its number. */
export interface Told {
  readonly nr: number;
  readonly batch: number;
  readonly happening: Happening;
  /** Under the merchant's name of the customer. */
  readonly isNamed: boolean;
}

/** One that is listed. */
export interface Listed extends Sent {
  readonly nr: number;
  /** ms since 1970. */
  readonly receivedAt: number;
}

export interface Subscriber {
  readonly id: string;
  readonly customerId: string;
  readonly clockId: string | null;
}

export interface Shown {
  readonly consumed: number;
  readonly credited: number;
  readonly balance: number;
}

export type World = Awaited<ReturnType<typeof aWorld>>;

/** `apis`: base URLs of processes that are one product. */
export async function aWorld(running: Running, apis: readonly string[], scenario: Scenario) {
  const shop = await aShop(running);
  const { token, make } = shop;
  /** ClickHouse may be away for a moment on a busy machine. */
  const show = (path: string) =>
    eventually(async () => {
      const { status, body } = await running.call(token, 'GET', path);
      if (status >= 300 && status !== 503) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
      return status === 503 ? undefined : body;
    });
  const run = randomUUID().slice(0, 8);
  const externalIdOf = (who: Person) => `${who}-${run}`;
  const meterIds: string[] = [];
  const customerIds = new Map<Person, string>();
  const told: Told[] = [];
  const answers: { readonly batch: number; readonly inserted: number; readonly duplicates: number }[] = [];
  let batches = 0;

  async function addMeter({ filter, aggregation }: Counting): Promise<void> {
    const { id } = await make('/v1/meters/', { name: `Meter ${meterIds.length}`, filter, aggregation });
    meterIds.push(id);
    await eventually(async () => ((await show(`/v1/meters/${id}`)).backfill?.status === 'running' ? undefined : true));
  }
  for (const each of scenario.meters) await addMeter(each);
  const products: string[] = [];
  for (const plan of scenario.plans) products.push(await aProduct(plan));

  async function aProduct({ base, prices, credits }: Plan): Promise<string> {
    const meterOf = (index: number) => String(meterIds[index]);
    const usage = prices.map((price) => metered(meterOf(price.meter), price.unitAmount, price.cap));
    const { id } = await make('/v1/products/', {
      ...{ name: 'Plan', recurring_interval: 'month', prices: [...(base === null ? [] : [fixed(base)]), ...usage] },
    });
    const benefits = [];
    for (const { meter, units, rollover } of credits) {
      const properties = { units, rollover, meter_id: meterOf(meter) };
      benefits.push((await make('/v1/benefits/', { type: 'meter_credit', description: 'Units', properties })).id);
    }
    await make(`/v1/products/${id}/benefits`, { benefits });
    return id;
  }

  async function confirm(product: string, customer: string): Promise<void> {
    const { client_secret } = await make('/v1/checkouts/', { products: [product], customer_id: customer });
    await running.made(null, 'POST', `/v1/checkouts/client/${client_secret}/confirm`, {
      confirmation_token_id: await running.aCard(),
    });
  }

  const bodyOf = ({ happening, isNamed, nr }: Told) => ({
    name: happening.name,
    ...(happening.timestamp === null ? {} : { timestamp: new Date(happening.timestamp).toISOString() }),
    ...(happening.key === null ? {} : { external_id: `${run}-${happening.key}` }),
    ...(isNamed
      ? { external_customer_id: externalIdOf(happening.who) }
      : { customer_id: customerIds.get(happening.who) }),
    metadata: { ...happening.metadata, nr },
  });

  /** Of each order with this reason, in the order of their numbers. */
  async function linesOf({ id }: Subscriber, reason: string): Promise<ReadonlyMap<number, Line>[]> {
    const orders: OrderShown[] = (await show(`/v1/orders/?subscription_id=${id}&limit=100`)).items;
    return orders
      .filter(({ billing_reason }) => billing_reason === reason)
      .sort((a, b) => (a.invoice_number < b.invoice_number ? -1 : 1))
      .map(({ items }) => new Map(items.flatMap(({ label, amount }) => lineOf(label, amount))));
  }

  return {
    told,
    answers,
    meterIds,
    products,
    addMeter,
    disagreements: () => running.disagreements(token),
    isCustomer: (who: Person) => customerIds.has(who),

    async becomesCustomer(who: Person, { isNamed = true, isClocked = false } = {}): Promise<string | null> {
      const clock = isClocked ? await make('/v1/test-clocks/', { name: who, frozen_time: START }) : null;
      const { id } = await make('/v1/customers/', {
        ...{ email: `${who}-${run}@example.com`, test_clock_id: clock?.id },
        ...(isNamed ? { external_id: externalIdOf(who) } : {}),
      });
      customerIds.set(who, id);
      return clock?.id ?? null;
    },
    async isNamed(who: Person): Promise<void> {
      const path = `/v1/customers/${customerIds.get(who)}`;
      await running.made(token, 'PATCH', path, { external_id: externalIdOf(who) });
    },
    async subscribes(who: Person, product: string, clockId: string | null): Promise<Subscriber> {
      const customerId = String(customerIds.get(who));
      await confirm(product, customerId);
      const [{ id }] = (await show(`/v1/subscriptions/?customer_id=${customerId}`)).items;
      return { id, customerId, clockId };
    },
    async buysPack(who: Person, meter: number, units: number): Promise<void> {
      const properties = { units, rollover: false, meter_id: String(meterIds[meter]) };
      const benefit = await make('/v1/benefits/', { type: 'meter_credit', description: 'A pack', properties });
      const product = await make('/v1/products/', { name: 'Pack', prices: [fixed(900)] });
      await make(`/v1/products/${product.id}/benefits`, { benefits: [benefit.id] });
      await confirm(product.id, String(customerIds.get(who)));
    },

    /** Resolves with its answer. */
    async send({ via, events }: Batch, mayName: (who: Person) => boolean = () => true): Promise<void> {
      batches += 1;
      const batch = batches;
      const sent = events.map((happening): Told => {
        const canId = customerIds.has(happening.who);
        const isNamed = !canId || (!happening.byId && mayName(happening.who));
        return { nr: told.length + 1, batch, happening, isNamed };
      });
      for (const [i, each] of sent.entries()) told.push({ ...each, nr: each.nr + i });
      const numbered = told.slice(-sent.length);
      const response = await fetch(`${apis[via % apis.length]}/v1/events/ingest`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ events: numbered.map(bodyOf) }),
      });
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
      answers.push({ batch, ...((await response.json()) as { inserted: number; duplicates: number }) });
    },

    /** All that the shop has taken in. */
    async listed(): Promise<Listed[]> {
      const found: Listed[] = [];
      for (let page = 1; ; page += 1) {
        const path = `/v1/events/?source=user&limit=100&page=${page}&sorting=timestamp`;
        const { items, pagination } = await show(path);
        for (const { id, name, timestamp, metadata } of items) {
          const { nr, ...said } = metadata;
          found.push({ nr, name, timestamp: Date.parse(timestamp), metadata: said, receivedAt: receivedAtOf(id) ?? 0 });
        }
        if (page >= pagination.max_page) return found;
      }
    },
    /** How many the API finds. */
    count: async (query: string): Promise<number> =>
      (await show(`/v1/events/?source=user&limit=1&${query}`)).pagination.total_count,
    quantities: (meter: number, query: string): Promise<Quantities> =>
      show(`/v1/meters/${meterIds[meter]}/quantities?${query}`),

    async balances(who: Person): Promise<ReadonlyMap<number, Shown>> {
      const { items } = await show(`/v1/customer-meters/?customer_id=${customerIds.get(who)}&limit=100`);
      return new Map(
        items.map(({ meter_id, consumed_units, credited_units, balance }: CustomerMeterShown): [number, Shown] => [
          meterIds.indexOf(meter_id),
          { consumed: consumed_units, credited: credited_units, balance },
        ]),
      );
    },
    customerIdOf: (who: Person) => customerIds.get(who),

    async livesTo(clockId: string, month: number): Promise<void> {
      const frozen_time = new Date(Date.UTC(2027, 3 + month, 1)).toISOString();
      await make(`/v1/test-clocks/${clockId}/advance`, { frozen_time });
      await eventually(async () => ((await show(`/v1/test-clocks/${clockId}`)).status === 'ready' ? true : undefined));
    },
    /** In so many ms, or later where it is past before it is asked for; answers when. */
    async endsSoon({ id }: Subscriber, after: number): Promise<number> {
      for (let tries = 0; ; tries += 1) {
        const end = Date.now() + after * 2 ** tries;
        const current_billing_period_end = new Date(end).toISOString();
        const { status } = await running.call(token, 'PATCH', `/v1/subscriptions/${id}`, {
          current_billing_period_end,
        });
        if (status === 200) return end;
        if (tries > 10) throw new Error(`${status} for the end of a period`);
      }
    },
    revokes: ({ id }: Subscriber) => running.made(token, 'PATCH', `/v1/subscriptions/${id}`, { revoke: true }),
    /** The lines of usage of the `number`-th renewal, once it is there, by meter. */
    usageLines: (subscriber: Subscriber, number: number): Promise<ReadonlyMap<number, Line>> =>
      eventually(async () => (await linesOf(subscriber, 'subscription_cycle'))[number - 1]),
    lastLines: async (subscriber: Subscriber): Promise<ReadonlyMap<number, Line>> =>
      (await linesOf(subscriber, 'subscription_meter_cycle'))[0] ?? new Map(),
  };
}

function lineOf(label: string, amount: number): [number, Line][] {
  const found = /^Meter (\d+) \(([-\d.,]+)(?:, of which ([\d,]+) are included)?\)$/.exec(label);
  if (found === null) return [];
  const [, meter, units = '', included = '0'] = found;
  return [[Number(meter), { units: plain(units), included: plain(included), amount }]];
}

const plain = (units: string): string => units.replaceAll(',', '');

export interface Line {
  readonly units: string;
  readonly included: string;
  readonly amount: number;
}

interface CustomerMeterShown {
  readonly meter_id: string;
  readonly consumed_units: number;
  readonly credited_units: number;
  readonly balance: number;
}

interface OrderShown {
  readonly billing_reason: string;
  readonly invoice_number: string;
  readonly items: readonly { readonly label: string; readonly amount: number }[];
}

interface Quantities {
  readonly total: number;
  readonly quantities: readonly { readonly timestamp: string; readonly quantity: number }[];
}
