/** Whose usage an event is, whenever the customer comes to be known, and who of their subscriptions bills it. */
import { randomUUID } from 'node:crypto';
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber, aShop, fixed, metered } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const uses = (tokens: number, external: string) => ({
  events: [{ name: 'call', external_customer_id: external, metadata: { tokens } }],
});

it('counts of a customer who comes later', async () => {
  const shop = await aShop(running);
  const meter = await shop.aMeter();
  const external_id = randomUUID();
  await shop.make('/v1/events/ingest', uses(40, external_id));
  const customer = await shop.make('/v1/customers/', { email: `${external_id}@example.com`, external_id });
  const { items, pagination } = await shop.show(`/v1/customer-meters/?external_customer_id=${external_id}`);
  expect(pagination.total_count).toBe(1);
  expect(items).toMatchObject([{ customer_id: customer.id, meter_id: meter.id, consumed_units: 40, balance: -40 }]);
  expect(await shop.show(`/v1/customer-meters/${items[0].id}`)).toEqual(items[0]);
});

it('bills what came in under a name that the customer got in the middle of a period', async () => {
  const ada = await aMeteredSubscriber(running, { customer: { external_id: undefined } });
  const external_id = randomUUID();
  await ada.uses(100, { external_customer_id: external_id });
  await ada.ingest([{ name: 'call', customer_id: ada.customer.id, metadata: { tokens: 1000 } }]);
  expect(await ada.balance()).toMatchObject({ consumed_units: 1000 });
  await running.made(ada.token, 'PATCH', `/v1/customers/${ada.customer.id}`, { external_id });
  expect(await ada.balance()).toMatchObject({ consumed_units: 1100 });
  await ada.uses(900, { external_customer_id: external_id });
  await ada.lives('2027-05-01');
  expect((await ada.lastLines())[1]).toBe('Tokens (2,000) 40');
});

it('bills nothing of what was used before the subscription', async () => {
  const shop = await aShop(running);
  const meter = await shop.aMeter();
  const external_id = randomUUID();
  await shop.make('/v1/events/ingest', uses(40, external_id));
  const prices = [fixed(500), metered(meter.id, '1')];
  const product = await shop.make('/v1/products/', { name: 'Fern', recurring_interval: 'month', prices });
  const customer = await shop.make('/v1/customers/', { email: `${external_id}@example.com`, external_id });
  const checkout = await shop.make('/v1/checkouts/', { products: [product.id], customer_id: customer.id });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
  await shop.make('/v1/events/ingest', uses(2, external_id));
  const [{ meters, current_period_end }] = (await shop.show(`/v1/subscriptions/?customer_id=${customer.id}`)).items;
  expect(meters).toMatchObject([{ consumed_units: 2, amount: 2 }]);
  const accounts: { end: Date }[] = await running.orm.em
    .fork()
    .execute('select period_end as "end" from usage_accounts where meter_id = ?', [meter.id]);
  expect(accounts.map(({ end }) => new Date(end).toISOString())).toEqual([current_period_end, current_period_end]);
});

it('is billed by one of two subscriptions to the same meter, and by the other once that one ends', async () => {
  const ada = await aMeteredSubscriber(running);
  const { organization } = ada;
  await running.made(ada.token, 'PATCH', `/v1/organizations/${organization.id}`, {
    subscription_settings: { ...organization.subscription_settings, allow_multiple_subscriptions: true },
  });
  const checkout = await ada.make('/v1/checkouts/', { products: [ada.product.id], customer_id: ada.customer.id });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
  await ada.uses(1000);
  await ada.lives('2027-05-01');
  const lines = async () => (await ada.orders()).flatMap(({ items }) => items.map(({ label }) => label));
  expect((await lines()).filter((label) => label.startsWith('Tokens'))).toEqual(['Tokens (1,000)']);
  await ada.uses(500);
  await ada.patch({ revoke: true });
  await ada.uses(700);
  await ada.lives('2027-06-01');
  expect((await lines()).filter((label) => label.startsWith('Tokens'))).toEqual([
    'Tokens (1,000)',
    'Tokens (500)',
    'Tokens (700)',
  ]);
});

it('shows customers their own meters', async () => {
  const [ada, ben] = [await aMeteredSubscriber(running), await aMeteredSubscriber(running)];
  await ada.uses(7);
  const { token } = await ada.make('/v1/customer-sessions/', { customer_id: ada.customer.id });
  const mine = (path: string) => running.call(token, 'GET', `/v1/customer-portal${path}`);
  const { items } = (await mine('/meters/')).body;
  expect(items).toMatchObject([{ meter: { name: 'Tokens' }, consumed_units: 7, balance: -7 }]);
  expect((await mine(`/meters/${items[0].id}`)).body).toEqual(items[0]);
  expect((await mine(`/meters/${(await ben.balance()).id}`)).status).toBe(404);
  const { body } = await mine(`/subscriptions/${ada.id}`);
  expect(body.meters).toMatchObject([{ consumed_units: 7, amount: 0, meter: { name: 'Tokens' } }]);
  expect((await running.call(ben.token, 'GET', `/v1/customer-meters/${items[0].id}`)).status).toBe(404);
});
