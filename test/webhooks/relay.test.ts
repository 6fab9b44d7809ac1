import { randomUUID } from 'node:crypto';
import { OutboxMessage, ProcessorEvent } from '../../db/entities/outbox.ts';
import { wake } from '../../db/outbox.ts';
import { relay } from '../../worker/relay.ts';
import { aListener, type Delivering, eventually, startDelivering } from './delivering.ts';
import { type Receiver, startReceiver } from './receiver.ts';

let delivering: Delivering;
let receiver: Receiver;

beforeAll(async () => {
  [delivering, receiver] = await Promise.all([startDelivering(), startReceiver()]);
});
afterAll(async () => {
  receiver.close();
  await delivering.close();
});

/** Rows that can never be relayed: no process is without a name. */
async function lostCauses(count: number): Promise<void> {
  const em = delivering.orm.em.fork();
  const events = Array.from({ length: count }, () => ({
    id: `evt_${randomUUID()}`,
    type: 'payment_intent.succeeded',
    objectId: 'pi_example',
    workflowId: '',
    receivedAt: new Date(),
  }));
  await em.insertMany(ProcessorEvent, events);
  await wake(em, 'processor_event', ...events.map(({ id }) => id));
}

describe('the relay', () => {
  it('is held up by nothing that it can not relay, however much', async () => {
    await lostCauses(600);
    const { says } = await aListener(delivering.orm.em.fork(), { url: receiver.url });
    delivering.startRelay();
    for (let nth = 1; nth <= 20; nth += 1) {
      await says({ nth });
      await eventually(() => receiver.received.length >= nth);
    }
  });

  it('leaves alone for a while what it could not relay, longer each time', async () => {
    const em = delivering.orm.em.fork();
    await em.nativeDelete(OutboxMessage, {});
    const before = Date.now();
    await lostCauses(1);
    const { orm, temporal } = delivering;
    const left = async () => (await em.fork().findAll(OutboxMessage))[0];
    await eventually(async () => (await left())?.attempts === 2);
    // After a second, and two more.
    expect((await left())?.nextTryAt?.getTime()).toBeGreaterThan(before + 2_500);
    await em.nativeUpdate(OutboxMessage, {}, { nextTryAt: new Date(before + 3_600_000) });
    expect(await relay(orm, temporal)).toEqual({ taken: 0, failed: [] });
  });
});
