/** A meter cycle's order that is paid when the billing period is over: the next one is charged then, and no other. */
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber, fixed, type Sold } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

/** $100 for every `weeks` from 1 April 2027, and a cent for a token by the week. */
async function aWeeklyUser(weeks: number, sold: Sold = {}) {
  const product = { recurring_interval: 'week', recurring_interval_count: weeks, meter_interval: 'week' };
  const ada = await aMeteredSubscriber(running, { prices: [fixed(10_000)], unitAmount: '1', ...sold, product });
  const told = async () =>
    (await ada.orders())
      .slice(1)
      .map(({ billing_reason, status, items }) => [
        ...[billing_reason.replace('subscription_', ''), status],
        ...items.map(({ label, amount }) => `${label} ${amount}`),
      ]);
  return { ...ada, told };
}

it('charges for the period in which it is paid, at once', async () => {
  const ada = await aWeeklyUser(4);
  await ada.lives('2027-04-16');
  await ada.uses(100);
  await ada.cardAnswers('insufficient_funds');
  await ada.lives('2027-05-01');
  expect(await ada.shown()).toMatchObject({ status: 'past_due' });
  await ada.uses(70);
  await ada.cardAnswers('succeed');
  await ada.lives('2027-05-10');
  expect(await ada.shown()).toMatchObject({
    ...{ status: 'active', current_period_start: '2027-04-29T00:00:00.000Z' },
    ...{ current_period_end: '2027-05-27T00:00:00.000Z', current_meter_period_end: '2027-05-13T00:00:00.000Z' },
  });
  expect(await ada.told()).toEqual([
    ['meter_cycle', 'paid', 'Tokens (100) 100'],
    ['cycle', 'paid', 'Fern AI 10000', 'Tokens (70) 70'],
  ]);
  await ada.lives('2027-05-28');
  expect((await ada.told()).at(-1)).toEqual(['cycle', 'paid', 'Fern AI 10000', 'Tokens (0) 0']);
  expect(await ada.disagreements()).toEqual([]);
});

it('leaves out periods that passed in between, and bills all usage since with the one in which it is paid', async () => {
  const ada = await aWeeklyUser(2, { credits: 50 });
  await ada.isCredited(50);
  await ada.uses(150);
  await ada.cardAnswers('insufficient_funds');
  await ada.lives('2027-04-09');
  await ada.isCredited(0);
  await ada.uses(70);
  // The second period of two weeks begins on 15 April; the third, in which the last attempt is made, on the 29th.
  await ada.lives('2027-04-28');
  await ada.cardAnswers('succeed');
  await ada.lives('2027-04-30');
  expect(await ada.shown()).toMatchObject({
    ...{ status: 'active', current_period_start: '2027-04-29T00:00:00.000Z' },
    ...{ current_period_end: '2027-05-13T00:00:00.000Z', current_meter_period_end: '2027-05-06T00:00:00.000Z' },
  });
  const told = await ada.told();
  expect(told).toHaveLength(2);
  // The units were away while these were used, and come back with the renewal, whichever is first.
  expect(told[1]).toEqual(['cycle', 'paid', 'Fern AI 10000', 'Tokens (70) 70']);
  await ada.isCredited(50);
  expect(await ada.balance()).toMatchObject({ consumed_units: 0, credited_units: 50 });
  expect(await ada.disagreements()).toEqual([]);
});

it('pauses with the period that is over where it is set to, and is charged for none of the next', async () => {
  const ada = await aWeeklyUser(4);
  expect((await ada.patch({ pause_at_period_end: true })).status).toBe(200);
  await ada.lives('2027-04-16');
  await ada.uses(100);
  await ada.cardAnswers('insufficient_funds');
  await ada.lives('2027-05-05');
  await ada.uses(30);
  await ada.cardAnswers('succeed');
  await ada.lives('2027-05-07');
  expect(await ada.shown()).toMatchObject({ status: 'paused' });
  expect(await ada.told()).toEqual([['meter_cycle', 'paid', 'Tokens (100) 100']]);
  expect(await ada.disagreements()).toEqual([]);
});

it.each(['week', null])('credits once what is paid at the end of its period, with meters by the %s', async (every) => {
  const product = { recurring_interval: 'week', ...(every ? { meter_interval: every } : {}) };
  const ada = await aMeteredSubscriber(running, { prices: [fixed(10_000)], unitAmount: '1', credits: 50, product });
  await running.made(ada.token, 'PATCH', `/v1/organizations/${ada.organization.id}`, {
    subscription_settings: { ...ada.organization.subscription_settings, benefit_revocation_grace_period: 21 },
  });
  await ada.isCredited(50);
  await ada.cardAnswers('insufficient_funds');
  await ada.lives('2027-04-09');
  await ada.isCredited(50);
  await ada.uses(100);
  await ada.lives('2027-04-14');
  await ada.cardAnswers('succeed');
  await ada.lives('2027-04-16');
  expect(await ada.shown()).toMatchObject({ status: 'active', current_period_start: '2027-04-15T00:00:00.000Z' });
  expect(await ada.lastLines()).toEqual(['Fern AI 10000', 'Tokens (100, of which 50 are included) 50']);
  expect(await ada.disagreements()).toEqual([]);
});
