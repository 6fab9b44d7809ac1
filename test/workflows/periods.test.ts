/** Periods of every length, over the ends of months and through the years. */
import { subscriptionWorkflowId } from '../../billing/workflow-ids.ts';
import { aSubscription, livesInAWorldOfTheirOwn, theWorld } from './support.ts';

livesInAWorldOfTheirOwn();

it('keeps the anchor day through February', async () => {
  const sub = await aSubscription({ startedOn: '2027-01-31' });
  await sub.livesUntil('2027-06-01');
  expect(await sub.billed()).toEqual(['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30', '2027-05-31']);
});

it('finds the 29th of February in a leap year', async () => {
  const sub = await aSubscription({ startedOn: '2027-12-30' });
  await sub.livesUntil('2028-04-01');
  expect(await sub.billed()).toEqual(['2027-12-30', '2028-01-30', '2028-02-29', '2028-03-30']);
});

it('renews a yearly plan of the 29th of February on the 28th, and on the 29th when there is one', async () => {
  const sub = await aSubscription({ every: 'year', startedOn: '2028-02-29' });
  await sub.livesUntil('2032-03-01');
  expect(await sub.billed()).toEqual(['2028-02-29', '2029-02-28', '2030-02-28', '2031-02-28', '2032-02-29']);
});

it('renews every quarter', async () => {
  const sub = await aSubscription({ every: 'month', everyCount: 3, startedOn: '2027-11-30' });
  await sub.livesUntil('2028-09-01');
  expect(await sub.billed()).toEqual(['2027-11-30', '2028-02-29', '2028-05-30', '2028-08-30']);
});

it('renews every week and every second week', async () => {
  const weekly = await aSubscription({ every: 'week', startedOn: '2027-02-15' });
  await weekly.livesUntil('2027-03-10');
  expect(await weekly.billed()).toEqual(['2027-02-15', '2027-02-22', '2027-03-01', '2027-03-08']);

  const fortnightly = await aSubscription({ every: 'week', everyCount: 2, startedOn: '2027-12-20' });
  await fortnightly.livesUntil('2028-01-20');
  expect(await fortnightly.billed()).toEqual(['2027-12-20', '2028-01-03', '2028-01-17']);
});

it('renews every day, however many runs of its process that takes', async () => {
  const sub = await aSubscription({ every: 'day', price: 100, startedOn: '2027-02-20' });
  await sub.livesUntil('2027-03-21');
  expect(await sub.billed()).toHaveLength(30);
  expect(await sub.chargesAtProcessor()).toBe(30);
  expect(await sub.period()).toEqual(['2027-03-21', '2027-03-22']);
});

it('lives ten years', async () => {
  const sub = await aSubscription({ startedOn: '2027-01-31' });
  await sub.livesUntil('2037-01-31');
  const billed = await sub.billed();
  expect(billed).toHaveLength(121);
  expect(new Set(billed.map((day) => day.slice(0, 7))).size).toBe(121);
  expect(billed.filter((day) => day.slice(5, 7) === '02').map((day) => day.slice(8))).toEqual([
    '28',
    '29',
    '28',
    '28',
    '28',
    '29',
    '28',
    '28',
    '28',
    '29',
  ]);
  expect(await sub.chargesAtProcessor()).toBe(121);
  expect(await sub.status()).toBe('active');
});

it('costs few events and calls', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  const handle = theWorld().client.workflow.getHandle(subscriptionWorkflowId(sub.ids.subscriptionId));
  await sub.livesUntil('2027-04-15');
  const before = (await handle.fetchHistory()).events ?? [];
  await sub.livesUntil('2027-05-15');
  const renewal = ((await handle.fetchHistory()).events ?? []).slice(before.length);
  expect(renewal.length).toBeLessThanOrEqual(30);
  expect(renewal.filter(({ activityTaskScheduledEventAttributes: call }) => call)).toHaveLength(1);
});
