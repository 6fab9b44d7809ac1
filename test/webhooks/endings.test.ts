/** How events end that were not delivered: given up, skipped, put back in line, forgotten. */
import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { webhookActivities } from '../../activities/webhooks/index.ts';
import { replay } from '../../api/webhooks/replay.ts';
import type { WebhookEndpointId, WebhookEventId } from '../../billing/ids.ts';
import { DAY } from '../../billing/periods.ts';
import { readEnvironment } from '../../config/environment.ts';
import { Email } from '../../db/entities/email.ts';
import { Organization } from '../../db/entities/organization.ts';
import { OutboxMessage } from '../../db/entities/outbox.ts';
import { WebhookDelivery, WebhookEndpoint, WebhookEvent, type WebhookEventRow } from '../../db/entities/webhook.ts';
import type { EntityManager } from '../../db/orm.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';
import { aListener } from './delivering.ts';
import { type Receiver, startReceiver } from './receiver.ts';

let database: FreshDatabase;
let receiver: Receiver;
let em: EntityManager;
let activities: ReturnType<typeof webhookActivities>;

beforeAll(async () => {
  [database, receiver] = await Promise.all([freshDatabase(), startReceiver()]);
  const environment = readEnvironment({
    DATABASE_URL: database.url,
    STRIPE_SECRET_KEY: 'sk_test_example',
    STRIPE_PUBLISHABLE_KEY: 'pk_test_example',
    STRIPE_WEBHOOK_SECRET: 'whsec_example',
    WEBHOOKS_ALLOW_PRIVATE_ADDRESSES: 'true',
    PUBLIC_URL: 'https://billing.example.com',
  });
  activities = webhookActivities({ orm: database.orm, environment });
});
beforeEach(() => {
  em = database.orm.em.fork();
  receiver.received.length = 0;
});
afterAll(async () => {
  receiver.close();
  await database[Symbol.asyncDispose]();
});

const anActivity = () =>
  new MockActivityEnvironment(
    { currentAttemptScheduledTimestampMs: Date.now() },
    { logger: new DefaultLogger('ERROR', () => {}) },
  );
const giveUp = (eventId: WebhookEventId) => anActivity().run(activities.giveUp, { eventId });
const sendPending = (endpointId: WebhookEndpointId) => anActivity().run(activities.sendPending, { endpointId });
const forgetOld = () => anActivity().run(activities.forgetOldWebhooks);

async function anEvent(endpointId: WebhookEndpointId, event: Partial<WebhookEventRow>): Promise<WebhookEventId> {
  const id = randomUUID() as WebhookEventId;
  const common = { endpoint: endpointId, type: 'product.updated' as const, payload: '{}', createdAt: new Date() };
  await em.insert(WebhookEvent, { id, ...common, ...event });
  return id;
}

const stateOf = async (id: WebhookEventId) => (await em.fork().findOneOrFail(WebhookEvent, id)).state;

/** Until somebody else's transaction waits for a lock. */
async function somebodyWaits(): Promise<void> {
  for (;;) {
    const waiting = await em.execute(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (waiting.length > 0) return;
  }
}

describe('a replay', () => {
  it('is not overtaken by an event being given up', async () => {
    const { endpointId } = await aListener(em, { url: receiver.url });
    const eventId = await anEvent(endpointId, { state: 'retrying', sequence: 1 });
    let givingUp: Promise<unknown> = Promise.resolve();
    await em.fork().transactional(async (tx) => {
      expect(await replay(tx, endpointId, new Date(0))).toBe(1);
      givingUp = giveUp(eventId);
      await somebodyWaits();
    });
    await givingUp;
    expect(await stateOf(eventId)).toBe('pending');
    expect((await em.fork().findOneOrFail(WebhookEndpoint, endpointId)).failuresInARow).toBe(0);
  });

  it('right after the endpoint was turned on again is sent, not skipped as if it were off', async () => {
    const { endpointId } = await aListener(em, { url: receiver.url, enabled: false });
    const eventId = await anEvent(endpointId, { sequence: 1 });
    let sending: Promise<unknown> = Promise.resolve();
    await em.fork().transactional(async (tx) => {
      await tx.nativeUpdate(WebhookEndpoint, endpointId, { enabled: true });
      sending = sendPending(endpointId);
      await somebodyWaits();
    });
    await sending;
    expect(await stateOf(eventId)).toBe('succeeded');
    expect(receiver.taken()).toEqual([1]);
  });
});

describe('an endpoint that takes nothing', () => {
  it('is disabled after the tenth event given up, and its owners are told what to do', async () => {
    const { endpointId, organizationId } = await aListener(em, { url: receiver.url, name: 'Shop', failuresInARow: 9 });
    await em.nativeUpdate(Organization, organizationId, { email: 'owner@example.com' });
    const eventId = await anEvent(endpointId, { state: 'retrying', sequence: 1 });
    await giveUp(eventId);

    expect((await em.fork().findOneOrFail(WebhookEndpoint, endpointId)).enabled).toBe(false);
    const { writtenAt } = await em.fork().findOneOrFail(WebhookEvent, eventId);
    const email = await em.findOneOrFail(Email, { organization: organizationId });
    expect(email).toMatchObject({ kind: 'webhook_endpoint_disabled', recipient: 'owner@example.com', customer: null });
    expect(email.text).toContain(`Shop, ${receiver.url}`);
    expect(email.text).toContain(`PATCH https://billing.example.com/v1/webhooks/endpoints/${endpointId}`);
    expect(email.text).toContain(`/replay {"since": "${writtenAt.toISOString()}"}`);
    expect(await em.count(OutboxMessage, { topic: 'email', subjectId: email.id })).toBe(1);
  });

  it('is disabled all the same where its owners have no address', async () => {
    const { endpointId, organizationId } = await aListener(em, { url: receiver.url, failuresInARow: 9 });
    await giveUp(await anEvent(endpointId, { state: 'retrying', sequence: 1 }));
    expect((await em.fork().findOneOrFail(WebhookEndpoint, endpointId)).enabled).toBe(false);
    expect(await em.count(Email, { organization: organizationId })).toBe(0);
  });
});

describe('an endpoint that is deleted', () => {
  it('is sent nothing more, neither first attempts nor retries', async () => {
    const { endpointId } = await aListener(em, { url: receiver.url, lastSequence: 1, deletedAt: new Date() });
    const first = await anEvent(endpointId, {});
    const retried = await anEvent(endpointId, { state: 'retrying', sequence: 1 });
    await sendPending(endpointId);
    const again = { eventId: retried, reason: 'retry' as const };
    expect(await anActivity().run(activities.sendAgain, again)).toBe('over');
    expect([await stateOf(first), await stateOf(retried)]).toEqual(['skipped', 'skipped']);
    expect(receiver.received).toEqual([]);
  });
});

describe('after 90 days', () => {
  it('payloads and attempts are forgotten, younger ones kept', async () => {
    const { endpointId } = await aListener(em, { url: receiver.url });
    const daysAgo = (days: number) => new Date(Date.now() - days * DAY);
    const attempted = async (event: WebhookEventId, days: number) =>
      em.insert(WebhookDelivery, { id: randomUUID(), createdAt: daysAgo(days), event, succeeded: true });
    const old = await anEvent(endpointId, { state: 'succeeded', sequence: 1, writtenAt: daysAgo(91) });
    await attempted(old, 91);
    const sentAgain = await anEvent(endpointId, { state: 'succeeded', sequence: 2, writtenAt: daysAgo(91) });
    await attempted(sentAgain, 91);
    await attempted(sentAgain, 5);
    const young = await anEvent(endpointId, { state: 'succeeded', sequence: 3, writtenAt: daysAgo(89) });
    await attempted(young, 89);
    await forgetOld();

    const left = await em.fork().find(WebhookEvent, { endpoint: endpointId }, { orderBy: { sequence: 'asc' } });
    expect(left.map(({ id, payload }) => [id, payload])).toEqual([
      [sentAgain, null],
      [young, '{}'],
    ]);
    expect(await em.count(WebhookDelivery, { event: { endpoint: endpointId } })).toBe(2);
  });
});
