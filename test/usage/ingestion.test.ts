/** Events on their way in: what is taken, what is refused, and that each counts once. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventIds, receivedAtOf } from '../../usage/event-ids.ts';
import { type Running, startRunning } from '../api/running.ts';

let running: Running;
let token: string;
let organizationId: string;

beforeAll(async () => {
  running = await startRunning();
  const merchant = await running.aMerchant();
  token = merchant.token;
  organizationId = merchant.organization.id;
});
afterAll(() => running.close());

const ingest = (events: unknown[]) => running.call(token, 'POST', '/v1/events/ingest', { events });
const event = (more: object = {}) => ({ name: 'call', external_customer_id: 'ann', metadata: { tokens: 5 }, ...more });

const LLM = { vendor: 'Example', model: 'm', input_tokens: 1, output_tokens: 2, total_tokens: 3 };
const manyKeys = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, i]));
const deep = (levels: number): object => (levels === 0 ? {} : { in: deep(levels - 1) });

describe('ingestion', () => {
  it('takes events of customers who don’t exist yet', async () => {
    expect(await ingest([event(), event({ external_customer_id: 'ben' })])).toEqual({
      status: 200,
      body: { inserted: 2, duplicates: 0 },
    });
  });

  it('takes each external id once: in a request, and in later ones', async () => {
    const external_id = randomUUID();
    expect((await ingest([event({ external_id }), event({ external_id })])).body).toEqual({
      inserted: 1,
      duplicates: 1,
    });
    expect((await ingest([event({ external_id }), event()])).body).toEqual({ inserted: 1, duplicates: 1 });
    const other = await running.aMerchant();
    const theirs = await running.call(other.token, 'POST', '/v1/events/ingest', { events: [event({ external_id })] });
    expect(theirs.body).toEqual({ inserted: 1, duplicates: 0 });
  });

  it('takes each once of many that send the same at the same time', async () => {
    const events = Array.from({ length: 50 }, () => event({ external_id: randomUUID(), name: 'at once' }));
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ingest([...events].sort(() => Math.random() - 0.5))),
    );
    expect(answers.reduce((sum, { body }) => sum + body.inserted, 0)).toBe(50);
    expect(answers.reduce((sum, { body }) => sum + body.duplicates, 0)).toBe(450);
    const [row] = await running.orm.em.fork().execute("select count(*)::int as n from events where name = 'at once'");
    expect(row).toEqual({ n: 50 });
  });

  it.each([
    ['no customer', { external_customer_id: undefined }, 'customer_id'],
    ['two names for the customer', { customer_id: randomUUID() }, 'customer_id'],
    ['a customer who does not exist', { external_customer_id: undefined, customer_id: randomUUID() }, 'customer_id'],
    ['the future', { timestamp: new Date(Date.now() + 120_000).toISOString() }, 'timestamp'],
    ['a parent that does not exist', { parent_id: 'nobody' }, 'parent_id'],
    ['no name', { name: '' }, 'name'],
    ['51 keys', { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, i])) }, 'metadata'],
    ['too long a text', { metadata: { note: 'x'.repeat(501) } }, 'metadata'],
    ['nothing as a value', { metadata: { note: null } }, 'metadata'],
    ['too deep', { metadata: { a: { b: { c: { d: { e: { f: 1 } } } } } } }, 'metadata'],
    ['a cost in another currency', { metadata: { _cost: { amount: 1, currency: 'eur' } } }, 'metadata'],
    ['half a model call', { metadata: { _llm: { vendor: 'Example' } } }, 'metadata'],
    ['a NUL', { metadata: { note: 'a\u0000b' } }, 'metadata'],
    ['more keys than fit, in a model call', { metadata: { _llm: { ...LLM, ...manyKeys } } }, 'metadata'],
    ['something deep, in a cost', { metadata: { _cost: { amount: 1, currency: 'usd', more: deep(20) } } }, 'metadata'],
  ])('refuses %s by its place, and writes none of the others', async (_, more, field) => {
    const name = `good ${randomUUID()}`;
    const { status, body } = await ingest([event({ name }), event(more)]);
    expect(status).toBe(422);
    expect(body.detail[0].loc.slice(0, 4)).toEqual(['body', 'events', 1, field]);
    const [row] = await running.orm.em.fork().execute('select count(*)::int as n from events where name = ?', [name]);
    expect(row).toEqual({ n: 0 });
  });

  it.each(['1e400', '-1e400'])('refuses %s, which is more than a number can be', async (number) => {
    const text = JSON.stringify({ events: [event({ metadata: { tokens: 0 } })] }).replace(/:0\b/, `:${number}`);
    const { status, body } = await running.call(token, 'POST', '/v1/events/ingest', text);
    expect([status, body.detail?.[0]?.loc]).toEqual([422, ['body', 'events', 0, 'metadata', 'tokens']]);
  });

  it('refuses a NUL also where its escape is written in UTF-16', async () => {
    const events = [event({ metadata: { note: 'a\u0000b' } })];
    const response = await fetch(`${running.api}/v1/events/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-16le', authorization: `Bearer ${token}` },
      body: Buffer.from(JSON.stringify({ events }), 'utf16le'),
    });
    const refusal = JSON.parse(await response.text());
    expect([response.status, refusal.detail[0].type]).toEqual([422, 'string_unicode']);
  });

  it('refuses more than 1,000', async () => {
    expect((await ingest(Array.from({ length: 1001 }, () => event()))).status).toBe(422);
    expect((await ingest(Array.from({ length: 1000 }, () => event()))).body.inserted).toBe(1000);
  });

  it('takes nested metadata, costs and model calls', async () => {
    const metadata = {
      ...{ nested: { deep: { list: [1, 'two', true] } } },
      _cost: { amount: '0.000012', currency: 'usd' },
      _llm: {
        vendor: 'Example',
        model: 'm',
        input_tokens: 1,
        output_tokens: 2,
        total_tokens: 3,
        prompt: 'p'.repeat(900),
      },
    };
    expect((await ingest([event({ metadata })])).body.inserted).toBe(1);
  });

  it('knows parents by our id and by the merchant’s', async () => {
    await ingest([event({ external_id: 'mother' })]);
    const [mother] = await running.orm.em
      .fork()
      .execute('select id from event_keys where organization_id = ? and external_id = ?', [organizationId, 'mother']);
    expect((await ingest([event({ parent_id: 'mother' }), event({ parent_id: mother?.id })])).body.inserted).toBe(2);
    const rows = await running.orm.em.fork().execute('select id from events where parent_id = ?', [mother?.id]);
    expect(rows).toHaveLength(2);
  });
});

it('reads from an event’s id when it was received', () => {
  const at = Date.UTC(2027, 2, 1, 12, 30, 15, 123);
  const ids = eventIds(1000, at);
  expect(new Set(ids).size).toBe(1000);
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(receivedAtOf(id)).toBe(at);
  }
  expect(receivedAtOf(randomUUID())).toBeNull();
});
