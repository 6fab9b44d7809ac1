import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { OutboxMessage } from '../../db/entities/outbox.ts';
import { WebhookDelivery, WebhookEvent } from '../../db/entities/webhook.ts';
import { aListener, type Delivering, eventually, startDelivering } from './delivering.ts';
import { type Receiver, startReceiver } from './receiver.ts';

let delivering: Delivering;
let receiver: Receiver;

beforeAll(async () => {
  delivering = await startDelivering();
});
afterAll(() => delivering.close());
beforeEach(async () => {
  receiver?.close();
  receiver = await startReceiver();
});
afterAll(() => receiver.close());

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe('first attempts', () => {
  it('arrive in the order of events, under several relays', async () => {
    const em = delivering.orm.em.fork();
    const { says, endpointId } = await aListener(em, { url: receiver.url });
    const relays = [delivering.startRelay(), delivering.startRelay(), delivering.startRelay()];
    for (const nth of upTo(200)) await says({ nth });
    await eventually(() => receiver.received.length >= 200);

    expect(receiver.received.map(({ sequence }) => sequence)).toEqual(upTo(200));
    expect(receiver.received.map(({ body }) => JSON.parse(body).data.nth)).toEqual(upTo(200));
    await eventually(async () => (await em.count(WebhookEvent, { endpoint: endpointId, state: 'succeeded' })) === 200);
    expect(await em.count(WebhookDelivery, { event: { endpoint: endpointId }, succeeded: true })).toBe(200);
    expect(await em.count(OutboxMessage)).toBe(0);
    await Promise.all(relays.map((relay) => relay.stop()));
  });
});
