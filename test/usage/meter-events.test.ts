/** Units that are credited, and meters that begin anew, stand among the events: what they come to is the balance. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Polar } from '@polar-sh/sdk';
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber, type Sold, START } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

interface Metadata {
  readonly units?: number;
  readonly rollover?: boolean;
}

async function aReader(sold: Sold) {
  const reader = await aMeteredSubscriber(running, sold);
  const polar = new Polar({ accessToken: reader.token, serverURL: running.api });
  /** The oldest first: "reset", or units, those that may be rolled over with a plus. */
  const told = async () => {
    const names = ['meter.credited', 'meter.reset'];
    const { items } = await polar.events.list({ customerId: reader.customer.id, name: names, sorting: ['timestamp'] });
    return items.map(({ name, metadata, timestamp }) => {
      expect(metadata).toMatchObject({ meterId: reader.meter.id });
      const { units, rollover } = metadata as Metadata;
      const what = name === 'meter.reset' ? 'reset' : `${units}${rollover ? '+' : ''}`;
      return `${timestamp.toISOString().slice(5, 10)} ${what}`;
    });
  };
  /** Of the same moment the order is nobody's. */
  const toldOf = async (day: string) => (await told()).filter((each) => each.startsWith(day)).toSorted();
  return { ...reader, told, toldOf };
}

it('tells of each period’s units, with what is rolled over, and of the meter that begins anew', async () => {
  const { uses, lives, balance, isCredited, toldOf, told } = await aReader({ credits: 1000, rollover: true });
  await isCredited(1000);
  expect(await toldOf(START.slice(5, 10))).toEqual(['04-01 1000+', '04-01 reset']);
  await uses(400);
  await lives('2027-05-02');
  expect(await toldOf('05')).toEqual(['05-01 1000+', '05-01 600+', '05-01 reset']);
  expect(await balance()).toMatchObject({ credited_units: 1600, consumed_units: 0 });
  await lives('2027-06-02');
  expect(await toldOf('06')).toEqual(['06-01 1000+', '06-01 1600+', '06-01 reset']);
  expect(await told()).toHaveLength(8);
});

it('tells of what ends with its period as of nothing left, and of what is taken back as of less', async () => {
  const { uses, lives, patch, isCredited, toldOf } = await aReader({ credits: 1000 });
  await isCredited(1000);
  await uses(0.5);
  await lives('2027-05-02');
  expect(await toldOf('05')).toEqual(['05-01 1000', '05-01 reset']);
  await uses(300);
  expect((await patch({ revoke: true })).status).toBe(200);
  await isCredited(0);
  expect(await toldOf('05-02')).toEqual(['05-02 -700', '05-02 700', '05-02 reset']);
});
