/** The answer to an ingestion carries the balances that it changed, if it is asked to. */
import { randomUUID } from 'node:crypto';
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber, aShop } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const ASKING = '/v1/events/ingest?include_balances=true';
const call = (external_customer_id: string, tokens: number, more: object = {}) => ({
  ...{ name: 'call', external_customer_id, metadata: { tokens }, ...more },
});

it('says nothing of balances unless asked', async () => {
  const shop = await aShop(running);
  await shop.aMeter();
  const events = [call('ada', 1)];
  expect(await shop.make('/v1/events/ingest', { events })).toEqual({ inserted: 1, duplicates: 0 });
  const refused = await running.call(shop.token, 'POST', '/v1/events/ingest?include_balances=maybe', { events });
  expect(refused.status).toBe(422);
});

it('names each customer and meter once, of those that the events count for', async () => {
  const ada = await aMeteredSubscriber(running, { credits: 1000 });
  await ada.isCredited(1000);
  const calls = await ada.aMeter('Calls', { aggregation: { func: 'count' } });
  const models = await ada.aMeter('Models', { aggregation: { func: 'unique', property: 'model' } });
  const never = await ada.aMeter('Never', { aggregation: { func: 'sum', property: 'images' } });
  const of = { customer_id: ada.customer.id, external_customer_id: ada.externalId };
  const { inserted, balances } = await ada.make(ASKING, {
    events: [
      call(ada.externalId, 700, { metadata: { tokens: 700, model: 'a' } }),
      { name: 'call', customer_id: ada.customer.id, metadata: { tokens: 0.5, model: 'a' } },
      { name: 'another', customer_id: ada.customer.id },
    ],
  });
  expect(inserted).toBe(3);
  expect(balances).toHaveLength(3);
  expect(balances).toEqual(
    expect.arrayContaining([
      { ...of, meter_id: ada.meter.id, consumed_units: 700.5, credited_units: 1000, balance: 299.5 },
      { ...of, meter_id: calls.id, consumed_units: 2, credited_units: 0, balance: -2 },
      { ...of, meter_id: models.id, consumed_units: 1, credited_units: 0, balance: -1 },
    ]),
  );
  expect(never.id).toBeDefined();
  const { active_meters } = await ada.show(`/v1/customers/${ada.customer.id}/state`);
  expect(active_meters).toEqual(
    expect.arrayContaining([expect.objectContaining({ meter_id: ada.meter.id, balance: 299.5 })]),
  );
});

it('counts both names of a customer together', async () => {
  const ada = await aMeteredSubscriber(running, { customer: { external_id: undefined } });
  await ada.ingest([{ name: 'call', customer_id: ada.customer.id, metadata: { tokens: 30 } }]);
  const external_id = randomUUID();
  await running.made(ada.token, 'PATCH', `/v1/customers/${ada.customer.id}`, { external_id });
  const { balances } = await ada.make(ASKING, { events: [call(external_id, 12)] });
  expect(balances).toMatchObject([{ customer_id: ada.customer.id, external_customer_id: external_id, balance: -42 }]);
});

it('knows whom there is no customer of yet, and of events that came before', async () => {
  const shop = await aShop(running);
  const meter = await shop.aMeter();
  const [ben, eve] = [randomUUID(), randomUUID()];
  const batch = { events: [call(ben, 5, { external_id: randomUUID() }), call(eve, 7, { external_id: randomUUID() })] };
  const first = await shop.make(ASKING, batch);
  const again = await shop.make(ASKING, batch);
  expect(first.balances.map((each: { balance: number }) => each.balance).sort()).toEqual([-5, -7]);
  expect(first.balances).toContainEqual({
    ...{ customer_id: null, external_customer_id: ben, meter_id: meter.id },
    ...{ consumed_units: 5, credited_units: 0, balance: -5 },
  });
  expect(again).toEqual({ inserted: 0, duplicates: 2, balances: first.balances });
  expect((await shop.make(ASKING, { events: [{ name: 'else', external_customer_id: ben }] })).balances).toEqual([]);
});

it('is of one’s own organization alone', async () => {
  const [one, other] = [await aShop(running), await aShop(running)];
  await one.aMeter();
  const meter = await other.aMeter();
  await one.make(ASKING, { events: [call('ada', 100)] });
  const { balances } = await other.make(ASKING, { events: [call('ada', 1)] });
  expect(balances).toMatchObject([{ meter_id: meter.id, consumed_units: 1 }]);
});
