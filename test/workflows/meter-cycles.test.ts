/** Meter cycles in real time: years of them, several that are late, and processes that are lost between them. */
import { subscriptionWorkflowId } from '../../billing/workflow-ids.ts';
import { Order } from '../../db/entities/order.ts';
import { SWEEP, startSweep } from '../../worker/sweep.ts';
import { aSubscription, type Life, livesInAWorldOfTheirOwn, theWorld } from './support.ts';

livesInAWorldOfTheirOwn();
afterEach(() => theWorld().forget(SWEEP));

/** $60 a year, and a cent for a unit. */
const aYear = { price: 6000, every: 'year', usageEvery: 'month' } as const;

/** As if events of so many units had just come in. */
async function uses({ ids }: Life, units: number): Promise<void> {
  const sql = 'update usage_accounts set sum = sum + ?, count = count + 1 where subject = ?::uuid returning meter_id';
  const written: unknown[] = await theWorld().orm.em.fork().execute(sql, [units, ids.customerId]);
  expect(written).toHaveLength(1);
}

/** As "2027-05-01 1000" for each order of usage: the end of its meter period, and what it came to. */
async function usageOrders({ ids, calendar }: Life): Promise<string[]> {
  const orders = await theWorld()
    .orm.em.fork()
    .find(
      Order,
      { subscription: ids.subscriptionId, meterPeriodEnd: { $ne: null } },
      { orderBy: { createdAt: 'asc' } },
    );
  return orders.map(
    ({ meterPeriodEnd, totalAmount, status }) => `${calendar.day(meterPeriodEnd ?? 0)} ${totalAmount} ${status}`,
  );
}

async function meterPeriod(sub: Life): Promise<string[]> {
  const { currentMeterPeriodStart, currentMeterPeriodEnd } = await sub.row();
  return [currentMeterPeriodStart, currentMeterPeriodEnd].map((at) => sub.calendar.day(at ?? 0));
}

it('keeps the anchor day, and bills with the renewal where both end', async () => {
  const sub = await aSubscription({ ...aYear, startedOn: '2027-01-31' });
  await uses(sub, 1000);
  await sub.livesUntil('2027-03-01');
  expect(await usageOrders(sub)).toEqual(['2027-02-28 1000 paid']);
  await uses(sub, 200);
  await sub.livesUntil('2027-04-15');
  expect(await usageOrders(sub)).toEqual(['2027-02-28 1000 paid', '2027-03-31 200 paid']);
  expect(await meterPeriod(sub)).toEqual(['2027-03-31', '2027-04-30']);
  await sub.livesUntil('2028-01-10');
  await uses(sub, 300);
  await sub.livesUntil('2028-02-10');
  expect(await sub.paid()).toEqual(['2027-01-31 6000', '2027-02-28 1000', '2027-03-31 200', '2028-01-31 6300']);
  expect(await meterPeriod(sub)).toEqual(['2028-01-31', '2028-02-29']);
  expect(await sub.emails()).toEqual([
    '2027-02-28 subscription_cycled',
    '2027-03-31 subscription_cycled',
    '2028-01-24 subscription_renewal_reminder',
    '2028-01-31 subscription_cycled',
  ]);
});

it('lives five years of them, however many runs of its process that takes', async () => {
  const sub = await aSubscription({ ...aYear, startedOn: '2027-03-01' });
  await sub.livesUntil('2032-02-15');
  await uses(sub, 100);
  await sub.livesUntil('2032-03-01');
  expect((await sub.paid()).at(-1)).toBe('2032-03-01 6100');
  expect(await sub.chargesAtProcessor()).toBe(6);
  expect(await meterPeriod(sub)).toEqual(['2032-03-01', '2032-04-01']);
});

it('is found by the sweep where its process was lost, and catches up with all that are late, billing usage once', async () => {
  const sub = await aSubscription({ ...aYear, startedOn: '2027-03-01' });
  await uses(sub, 1000);
  await sub.livesUntil('2027-03-20');
  await sub.isForgotten();
  await sub.livesUntil('2027-07-10');
  await startSweep(theWorld().client);
  await theWorld().passTime(15 * 60_000);
  expect(await usageOrders(sub)).toEqual(['2027-04-01 1000 paid']);
  expect(await meterPeriod(sub)).toEqual(['2027-07-01', '2027-08-01']);
});

it('says what it waits for', async () => {
  const sub = await aSubscription({ ...aYear, startedOn: '2027-03-01' });
  await theWorld().passTime(60_000);
  const handle = theWorld().client.workflow.getHandle(subscriptionWorkflowId(sub.ids.subscriptionId));
  const { events } = await handle.fetchHistory();
  const timers = (events ?? []).filter(({ timerStartedEventAttributes: timer }) => timer);
  const said = timers.map(({ userMetadata }) => Buffer.from(userMetadata?.summary?.data ?? []).toString());
  expect(said.at(-1)).toContain(`meter_cycle on ${new Date(sub.calendar.at('2027-04-01')).toISOString().slice(0, 10)}`);
});

it('is tried again as a renewal is, and ends what is not paid for', async () => {
  const sub = await aSubscription({ ...aYear, startedOn: '2027-03-01' });
  await uses(sub, 1000);
  await sub.cardAnswers('insufficient_funds');
  await sub.livesUntil('2027-04-05');
  expect(await sub.status()).toBe('past_due');
  await sub.livesUntil('2027-04-23');
  expect(await sub.attempts()).toEqual(['2027-04-01', '2027-04-03', '2027-04-08', '2027-04-15', '2027-04-22']);
  expect(await sub.status()).toBe('canceled');
  expect(await usageOrders(sub)).toEqual(['2027-04-01 1000 pending']);
});
