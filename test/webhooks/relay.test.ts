import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { CheckoutId } from '../../billing/ids.ts';
import { checkoutWorkflowId } from '../../billing/workflow-ids.ts';
import { OutboxMessage, ProcessorEvent } from '../../db/entities/outbox.ts';
import { wake } from '../../db/outbox.ts';
import { relay, startRelay } from '../../worker/relay.ts';
import { aHealthyShop } from '../invariants/healthy.ts';
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

/** A Temporal that says nothing to whoever starts a checkout's process, until it is let go. */
function stuckAtStarts(temporal: Client): { readonly stuck: Client; letGo(): void; readonly asked: Promise<void> } {
  const gate = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const start: Client['workflow']['start'] = async (workflow, options) => {
    if (workflow === 'checkout') {
      asked.resolve();
      await gate.promise;
    }
    return temporal.workflow.start(workflow, options);
  };
  const workflow = new Proxy(temporal.workflow, {
    get: (target, property) => (property === 'start' ? start : Reflect.get(target, property)),
  });
  const stuck = new Proxy(temporal, {
    get: (target, property) => (property === 'workflow' ? workflow : Reflect.get(target, property)),
  });
  return { stuck, letGo: gate.resolve, asked: asked.promise };
}

describe('the relay', () => {
  it('is held up by no checkout that is over, and sees to it that it ends', async () => {
    const em = delivering.orm.em.fork();
    await em.transactional((within) => aHealthyShop(within));
    const [checkout] = await em.execute<{ id: CheckoutId }[]>(
      `update checkouts set status = 'open', expires_at = now() - interval '1 hour' returning id`,
    );
    if (checkout === undefined) throw new Error('There is a checkout.');
    const { stuck, letGo, asked } = stuckAtStarts(delivering.temporal);
    const relaying = startRelay({ ...delivering, temporal: stuck });
    await asked;
    await lostCauses(1);
    await eventually(async () => (await em.fork().count(OutboxMessage, { attempts: { $gt: 0 } })) > 0);
    letGo();
    const ending = delivering.temporal.workflow.getHandle(checkoutWorkflowId(checkout.id));
    await eventually(() =>
      ending.describe().then(
        () => true,
        () => false,
      ),
    );
    await relaying.stop();
    await ending.terminate('the test is over');
    await em.fork().nativeDelete(OutboxMessage, {});
  });

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
