/** Credited units, by subscription and by purchase, and the balances that follow from them. */
import { randomUUID } from 'node:crypto';
import { reconcile } from '../../activities/benefits/reconcile.ts';
import { loadBenefitTypes } from '../../benefits/registry.ts';
import type { GrantId } from '../../billing/ids.ts';
import { tableOfTaxes } from '../../tax/table.ts';
import { eventually } from '../api/everything.ts';
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber, aShop, fixed, metered } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

/** A pack of units that is bought once. */
async function aPack(shop: Awaited<ReturnType<typeof aMeteredSubscriber>>, units: number) {
  const properties = { units, rollover: false, meter_id: shop.meter.id };
  const benefit = await shop.make('/v1/benefits/', { type: 'meter_credit', description: 'A pack', properties });
  const product = await shop.make('/v1/products/', { name: 'Pack', prices: [fixed(900)] });
  await shop.make(`/v1/products/${product.id}/benefits`, { benefits: [benefit.id] });
  const checkout = await shop.make('/v1/checkouts/', { products: [product.id], customer_id: shop.customer.id });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
}

it('vanish unused with their period, and come anew', async () => {
  const ada = await aMeteredSubscriber(running, { credits: 1000 });
  await ada.isCredited(1000);
  await ada.uses(400);
  expect(await ada.balance()).toMatchObject({ balance: 600 });
  await ada.lives('2027-05-01');
  expect(await ada.balance()).toMatchObject({ credited_units: 1000, consumed_units: 0, balance: 1000 });
});

it('are carried over unused with rollover', async () => {
  const ada = await aMeteredSubscriber(running, { credits: 1000, rollover: true });
  await ada.isCredited(1000);
  await ada.uses(400);
  await ada.lives('2027-05-01');
  expect(await ada.balance()).toMatchObject({ credited_units: 1600, consumed_units: 0 });
  await ada.uses(1700);
  expect((await ada.shown()).meters).toMatchObject([{ amount: 2 }]);
  await ada.lives('2027-06-01');
  expect(await ada.balance()).toMatchObject({ credited_units: 1000, consumed_units: 0 });
});

it('of what was bought once stay until they are used, after those of the period', async () => {
  const ada = await aMeteredSubscriber(running, { credits: 1000 });
  await ada.isCredited(1000);
  await aPack(ada, 5000);
  await ada.isCredited(6000);
  await ada.uses(3000);
  await ada.lives('2027-05-01');
  expect((await ada.lastLines())[1]).toBe('Tokens (3,000, of which 6,000 are included) 0');
  expect(await ada.balance()).toMatchObject({ credited_units: 4000 });
  await ada.patch({ revoke: true });
  await ada.isCredited(3000);
});

it('are taken back as far as they are unused, and given again with what brings them back', async () => {
  const ada = await aMeteredSubscriber(running, { credits: 1000 });
  await ada.isCredited(1000);
  await ada.uses(300);
  await ada.make(`/v1/products/${ada.product.id}/benefits`, { benefits: [] });
  await ada.isCredited(300);
  expect(await ada.balance()).toMatchObject({ consumed_units: 300, balance: 0 });
  await ada.lives('2027-05-01');
  expect((await ada.lastLines())[1]).toBe('Tokens (300, of which 300 are included) 0');
  expect(await ada.balance()).toMatchObject({ credited_units: 0, consumed_units: 0 });
});

it('say on their grant when and how many were credited last, and tell of each cycle', async () => {
  const ada = await aMeteredSubscriber(running, { credits: 1000 });
  await ada.isCredited(1000);
  await ada.lives('2027-05-01');
  const { granted_benefits, active_meters, active_subscriptions } = await ada.show(
    `/v1/customers/${ada.customer.id}/state`,
  );
  expect(granted_benefits).toMatchObject([
    {
      benefit_type: 'meter_credit',
      properties: {
        last_credited_meter_id: ada.meter.id,
        last_credited_units: 1000,
        last_credited_at: '2027-05-01T00:00:00.000Z',
      },
    },
  ]);
  expect(active_meters).toMatchObject([
    { meter_id: ada.meter.id, credited_units: 1000, consumed_units: 0, balance: 1000 },
  ]);
  expect(active_subscriptions).toMatchObject([{ meters: [{ meter_id: ada.meter.id, amount: 0 }] }]);
});

it('come with a plan that bills no usage too, and begin anew with its periods', async () => {
  const shop = await aShop(running);
  const meter = await shop.aMeter();
  const properties = { units: 100, rollover: false, meter_id: meter.id };
  const benefit = await shop.make('/v1/benefits/', { type: 'meter_credit', description: 'Calls', properties });
  const product = await shop.make('/v1/products/', {
    name: 'Basic',
    recurring_interval: 'month',
    prices: [fixed(500)],
  });
  await shop.make(`/v1/products/${product.id}/benefits`, { benefits: [benefit.id] });
  const clock = await shop.make('/v1/test-clocks/', { name: 'A life', frozen_time: '2027-04-01T00:00:00Z' });
  const external_id = randomUUID();
  const body = { email: `${external_id}@example.com`, external_id, test_clock_id: clock.id };
  const customer = await shop.make('/v1/customers/', body);
  const checkout = await shop.make('/v1/checkouts/', { products: [product.id], customer_id: customer.id });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
  const balance = async () => (await shop.show(`/v1/customer-meters/?customer_id=${customer.id}`)).items[0];
  await eventually(async () => ((await balance())?.credited_units === 100 ? true : undefined));
  const event = { name: 'call', external_customer_id: external_id, metadata: { tokens: 130 } };
  await shop.make('/v1/events/ingest', { events: [event] });
  expect(await balance()).toMatchObject({ balance: -30 });
  await shop.make(`/v1/test-clocks/${clock.id}/advance`, { frozen_time: '2027-05-01T00:00:00Z' });
  await eventually(async () => ((await balance()).consumed_units === 0 ? true : undefined));
  expect(await balance()).toMatchObject({ credited_units: 100, balance: 100 });
  const [order] = (
    await shop.show(`/v1/orders/?customer_id=${customer.id}&sorting=-created_at&sorting=-invoice_number`)
  ).items;
  expect(order.items).toMatchObject([{ label: 'Basic', amount: 500 }]);
});

it('are of the organization’s meters alone, and stay on theirs', async () => {
  const [shop, other] = [await aShop(running), await aShop(running)];
  const [meter, theirs] = [await shop.aMeter(), await other.aMeter()];
  const benefit = (meter_id: string) => ({
    ...{ type: 'meter_credit', description: 'Tokens', properties: { units: 5, rollover: false, meter_id } },
  });
  expect((await running.call(shop.token, 'POST', '/v1/benefits/', benefit(theirs.id))).status).toBe(422);
  const { id } = await shop.make('/v1/benefits/', benefit(meter.id));
  const another = await shop.aMeter('Others');
  expect((await running.call(shop.token, 'PATCH', `/v1/benefits/${id}`, benefit(another.id))).status).toBe(422);
  expect((await running.call(shop.token, 'PATCH', `/v1/benefits/${id}`, benefit(meter.id))).status).toBe(200);
});

it('come back with what was left of them where a plan is left and come back to in one period, whole with the next', async () => {
  const ada = await aMeteredSubscriber(running, { credits: 1000 });
  await ada.isCredited(1000);
  await ada.uses(400);
  const prices = [fixed(500), metered(ada.meter.id, '0.02')];
  const other = await ada.make('/v1/products/', { name: 'Other', recurring_interval: 'month', prices });
  for (let times = 0; times < 2; times++) {
    await ada.patch({ product_id: other.id, proration_behavior: 'prorate' });
    await ada.isCredited(0);
    await ada.patch({ product_id: ada.product.id, proration_behavior: 'prorate' });
    await ada.isCredited(600);
  }
  const { items } = await ada.show(`/v1/benefit-grants/?customer_id=${ada.customer.id}`);
  expect(Object.keys(items[0].properties).toSorted()).toEqual([
    ...['last_credited_at', 'last_credited_meter_id', 'last_credited_units'],
  ]);
  await ada.lives('2027-05-01');
  await ada.isCredited(1000);
  expect(await ada.disagreements()).toEqual([]);
});

it('that a product credits on one more meter come whole with the next period, whatever was used of it before', async () => {
  const ada = await aMeteredSubscriber(running);
  const meter = await ada.aMeter('Second');
  await ada.uses(5400);
  const properties = { units: 1000, rollover: false, meter_id: meter.id };
  const benefit = await ada.make('/v1/benefits/', { type: 'meter_credit', description: 'Second', properties });
  await ada.make(`/v1/products/${ada.product.id}/benefits`, { benefits: [benefit.id] });
  const second = async () => {
    const { items } = await ada.show(`/v1/customer-meters/?customer_id=${ada.customer.id}`);
    return items.find(({ meter_id }: { readonly meter_id: string }) => meter_id === meter.id);
  };
  await eventually(async () => ((await second())?.credited_units === 1000 ? true : undefined));
  expect(await second()).toMatchObject({ consumed_units: 5400, balance: -4400 });
  for (const month of ['05', '06']) {
    await ada.lives(`2027-${month}-02`);
    expect(await second()).toMatchObject({ consumed_units: 0, credited_units: 1000, balance: 1000 });
    await ada.uses(300);
    expect(await second()).toMatchObject({ consumed_units: 300, credited_units: 1000, balance: 700 });
  }
  expect(await ada.disagreements()).toEqual([]);
});

it('are taken back whole after the end, also where more is used before they are', async () => {
  const ada = await aMeteredSubscriber(running, { credits: 1000 });
  await ada.isCredited(1000);
  await ada.uses(400);
  const em = running.orm.em.fork();
  // Its process carries out what is wanted of a grant later.
  await em.execute(`create function no_grants() returns trigger language plpgsql as
    $$ begin return case when new.topic = 'grant' then null else new end; end $$`);
  await em.execute('create trigger no_grants before insert on outbox for each row execute function no_grants()');
  await ada.patch({ revoke: true });
  await em.execute('drop trigger no_grants on outbox');
  await em.execute('drop function no_grants()');
  expect(await ada.balance()).toMatchObject({ credited_units: 600, consumed_units: 0 });
  await ada.uses(250);
  const [{ id: grantId }] = await em.execute<[{ id: GrantId }]>(
    'select id from benefit_grants where subscription_id = ?::uuid',
    [ada.id],
  );
  const { orm, stripe, temporal, services } = running;
  const deps = { orm, stripe, temporal, taxes: tableOfTaxes, environment: services.environment };
  await reconcile(deps, await loadBenefitTypes(), { grantId });
  expect(await ada.balance()).toMatchObject({ credited_units: 0, consumed_units: 250 });
});
