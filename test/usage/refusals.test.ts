/** All that can be wrong about an event: said by its place and in the peer's form, and then nothing of the request is written. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Running } from '../api/running.ts';
import { describeOnClickHouse } from './clickhouse.ts';
import { readInClickHouse, startRunningOnBoth } from './stores.ts';

let running: Running;
let token: string;
let organization: string;
const ids: Record<'customer' | 'member' | 'ben' | 'foreignEvent' | 'foreignCustomer', string> = {
  ...{ customer: '', member: '', ben: '', foreignEvent: '', foreignCustomer: '' },
};

const sql = (text: string, values: unknown[] = []) => running.orm.em.fork().execute(text, values);
const idOf = async (external: string) =>
  (await sql('select id from event_keys where external_id = ?', [external]))[0]?.id;

beforeAll(async () => {
  running = await startRunningOnBoth();
  const merchant = await running.aMerchant();
  token = merchant.token;
  organization = merchant.organization.id;
  const anEmail = () => `${randomUUID()}@example.com`;
  const ada = await running.made(token, 'POST', '/v1/customers/', { email: anEmail(), external_id: 'ada' });
  const ben = await running.made(token, 'POST', '/v1/customers/', { email: anEmail() });
  const other = await running.aMerchant();
  ids.foreignCustomer = (await running.made(other.token, 'POST', '/v1/customers/', { email: anEmail() })).id;
  const foreign = { name: 'call', external_customer_id: 'x', external_id: `foreign-${organization}` };
  await running.made(other.token, 'POST', '/v1/events/ingest', { events: [foreign] });
  ids.foreignEvent = await idOf(foreign.external_id);
  ids.customer = ada.id;
  ids.ben = ben.id;
  ids.member = (await running.made(token, 'GET', `/v1/members/?customer_id=${ada.id}`)).items[0].id;
});
afterAll(() => running.close());

const ingest = (body: unknown) => running.call(token, 'POST', '/v1/events/ingest', body);
const event = (more: object = {}) => ({ name: 'call', external_customer_id: 'ann', ...more });
const unnamed = { external_customer_id: undefined };
const meta = (metadata: unknown) => ({ metadata });
const nested = (levels: number): object => (levels === 0 ? { end: 1 } : { in: nested(levels - 1) });
const keys = (many: number) => Object.fromEntries(Array.from({ length: many }, (_, i) => [`k${i}`, i]));
const llm = (more: object) =>
  meta({ _llm: { vendor: 'Example', model: 'm', input_tokens: 1, output_tokens: 2, total_tokens: 3, ...more } });
const ahead = (ms: number) => new Date(Date.now() + ms).toISOString();

/** Everything that was written down for anybody of the organization. */
async function written(): Promise<unknown> {
  const counted = (table: string) =>
    sql(`select count(*)::int as n from ${table} where organization_id = ?`, [organization]);
  return Promise.all(['events', 'event_keys', 'event_types', 'usage_accounts'].map(counted));
}

type Case = [what: string, event: () => object, loc: (string | number)[], type: string];

const WRONG: Case[] = [
  ['no name', () => ({ name: undefined }), ['name'], 'missing'],
  ['an empty name', () => ({ name: '' }), ['name'], 'string_too_short'],
  ['a number for a name', () => ({ name: 7 }), ['name'], 'string_type'],
  ['a name of 129 characters', () => ({ name: 'x'.repeat(129) }), ['name'], 'string_too_long'],
  ['a NUL in a name', () => ({ name: 'a\u0000' }), ['name'], 'string_unicode'],
  ['half of a surrogate pair in a name', () => ({ name: 'a\ud800' }), ['name'], 'string_unicode'],
  ['no time', () => ({ timestamp: 'yesterday' }), ['timestamp'], 'datetime_parsing'],
  ['a day that is none', () => ({ timestamp: '2026-02-30T00:00:00Z' }), ['timestamp'], 'datetime_parsing'],
  ['more than a minute ahead', () => ({ timestamp: ahead(65_000) }), ['timestamp'], 'value_error'],
  ['nobody', () => unnamed, ['customer_id'], 'value_error'],
  ['one customer twice', () => ({ customer_id: ids.customer }), ['customer_id'], 'value_error'],
  ['a customer of no form', () => ({ ...unnamed, customer_id: 'ann' }), ['customer_id'], 'uuid_parsing'],
  ['an unknown customer', () => ({ ...unnamed, customer_id: randomUUID() }), ['customer_id'], 'customer_id'],
  ['another’s customer', () => ({ ...unnamed, customer_id: ids.foreignCustomer }), ['customer_id'], 'customer_id'],
  ['an empty external customer', () => ({ external_customer_id: '' }), ['external_customer_id'], 'string_too_short'],
  ['a NUL in whose it is', () => ({ external_customer_id: 'a\u0000' }), ['external_customer_id'], 'string_unicode'],
  [
    'a member of nobody',
    () => ({ ...unnamed, customer_id: ids.customer, member_id: randomUUID() }),
    ['member_id'],
    'member_id',
  ],
  ['another’s member', () => ({ ...unnamed, customer_id: ids.ben, member_id: ids.member }), ['member_id'], 'member_id'],
  ['a member of a stranger', () => ({ member_id: ids.member }), ['member_id'], 'member_id'],
  ['a parent that isn’t there', () => ({ parent_id: 'nobody' }), ['parent_id'], 'parent_id'],
  ['a parent’s id of nobody', () => ({ parent_id: randomUUID() }), ['parent_id'], 'parent_id'],
  [
    'a parent’s id of nobody, with a time',
    () => ({ parent_id: '019a0000-0000-7000-8000-000000000000' }),
    ['parent_id'],
    'parent_id',
  ],
  ['another’s event as parent', () => ({ parent_id: ids.foreignEvent }), ['parent_id'], 'parent_id'],
  ['itself as parent', () => ({ external_id: 'me', parent_id: 'me' }), ['parent_id'], 'parent_id'],
  ['an empty external id', () => ({ external_id: '' }), ['external_id'], 'string_too_short'],
  ['another’s organization', () => ({ organization_id: randomUUID() }), ['organization_id'], 'organization_id'],
  ['a list as metadata', () => meta([1]), ['metadata'], 'value_error'],
  ['51 keys', () => meta(keys(51)), ['metadata'], 'value_error'],
  ['51 keys, most of them inside', () => meta({ in: keys(50) }), ['metadata'], 'value_error'],
  ['a key of 41 characters', () => meta({ ['k'.repeat(41)]: 1 }), ['metadata'], 'value_error'],
  ['a key of none', () => meta({ '': 1 }), ['metadata'], 'value_error'],
  ['a text of 501 characters', () => meta({ note: 'x'.repeat(501) }), ['metadata', 'note'], 'value_error'],
  ['six levels', () => meta(nested(5)), ['metadata', 'in', 'in', 'in', 'in', 'in'], 'value_error'],
  ['nothing as a value', () => meta({ note: null }), ['metadata', 'note'], 'value_error'],
  ['a NUL in a text', () => meta({ note: 'a\u0000b' }), ['metadata', 'note'], 'string_unicode'],
  ['a NUL in a key', () => meta({ 'a\u0000b': 1 }), ['metadata'], 'string_unicode'],
  ['half of a surrogate pair', () => meta({ in: ['\udc00'] }), ['metadata', 'in', 0], 'string_unicode'],
  ['a number that can’t be counted with', () => meta({ tokens: 1e16 }), ['metadata', 'tokens'], 'value_error'],
  ['a cost that is none', () => meta({ _cost: 12 }), ['metadata', '_cost'], 'value_error'],
  [
    'a cost in euros',
    () => meta({ _cost: { amount: 1, currency: 'eur' } }),
    ['metadata', '_cost', 'currency'],
    'value_error',
  ],
  [
    'a cost of words',
    () => meta({ _cost: { amount: 'much', currency: 'usd' } }),
    ['metadata', '_cost', 'amount'],
    'value_error',
  ],
  ['half a model call', () => meta({ _llm: { vendor: 'Example' } }), ['metadata', '_llm', 'model'], 'value_error'],
  ['tokens below 0', () => llm({ input_tokens: -1 }), ['metadata', '_llm', 'input_tokens'], 'value_error'],
  ['half a token', () => llm({ total_tokens: 1.5 }), ['metadata', '_llm', 'total_tokens'], 'value_error'],
];

describe('an event', () => {
  it.each(WRONG)(
    'of %s is refused by its place, and nothing of the request is written',
    async (_, wrong, loc, type) => {
      const before = await written();
      const good = event({ name: `new ${randomUUID()}`, external_id: randomUUID() });
      const { status, body } = await ingest({ events: [good, event(wrong())] });
      const [first] = body.detail ?? [];
      expect([status, body.error, first?.loc, first?.type]).toEqual([
        ...[422, 'RequestValidationError', ['body', 'events', 1, ...loc], type],
      ]);
      expect(typeof first.msg).toBe('string');
      expect(await written()).toEqual(before);
    },
  );

  it('is refused beside all others that are wrong, each by its own place', async () => {
    const before = await written();
    const { body } = await ingest({
      events: [
        event({ parent_id: 'nobody' }),
        event(),
        event({ ...unnamed, customer_id: randomUUID() }),
        event({ timestamp: ahead(90_000) }),
      ],
    });
    expect(body.detail.map(({ loc }: { loc: unknown[] }) => loc.slice(2))).toEqual([
      ...[
        [0, 'parent_id'],
        [2, 'customer_id'],
        [3, 'timestamp'],
      ],
    ]);
    expect(await written()).toEqual(before);
  });
});

describe('a request', () => {
  it.each([
    ['of 1,001 events', { events: Array.from({ length: 1001 }, () => event()) }, ['body', 'events'], 'too_long'],
    ['without events', {}, ['body', 'events'], 'missing'],
    ['with something else', { events: 'all' }, ['body', 'events'], 'list_type'],
    ['with a word for an event', { events: [event(), 'call'] }, ['body', 'events', 1], 'model_type'],
  ])('%s is refused', async (_, sent, loc, type) => {
    const before = await written();
    const { status, body } = await ingest(sent);
    expect([status, body.detail[0].loc, body.detail[0].type]).toEqual([422, loc, type]);
    expect(await written()).toEqual(before);
  });

  it('may hold what is at the limits', async () => {
    const events = [
      event({ name: 'x'.repeat(128), timestamp: ahead(50_000), external_id: 'y'.repeat(255) }),
      event({ ...meta(keys(50)), external_customer_id: 'z'.repeat(255) }),
      event(meta(nested(4))),
      event(meta({ note: '😀'.repeat(250), number: 1e15, small: -1e15, list: [1, 'two', [true]] })),
      event({ ...unnamed, customer_id: ids.customer, member_id: ids.member }),
      event({ external_customer_id: 'ada', member_id: ids.member, external_member_id: 'whoever' }),
    ];
    expect(await ingest({ events })).toEqual({ status: 200, body: { inserted: 6, duplicates: 0 } });
    expect((await ingest({ events: [] })).body).toEqual({ inserted: 0, duplicates: 0 });
  });

  it('may hold parents with their children, in any order, and two of one id', async () => {
    const [root, branch] = [randomUUID(), `branch ${randomUUID()}`];
    const events = [
      event({ name: 'leaf', parent_id: branch }),
      event({ name: 'branch', external_id: branch, parent_id: root }),
      event({ name: 'root', external_id: root }),
      event({ name: 'root again', external_id: root }),
    ];
    expect((await ingest({ events })).body).toEqual({ inserted: 3, duplicates: 1 });
    const ours = await idOf(root);
    expect((await ingest({ events: [event({ name: 'late leaf', parent_id: ours.toUpperCase() })] })).status).toBe(200);
    const rows = await sql(
      `select e.name, p.name as parent from events e left join events p on p.id = e.parent_id
       where e.organization_id = ? and e.name in ('leaf', 'late leaf', 'branch', 'root', 'root again') order by 1`,
      [organization],
    );
    expect(rows).toEqual([
      { name: 'branch', parent: 'root' },
      { name: 'late leaf', parent: 'root' },
      { name: 'leaf', parent: 'branch' },
      { name: 'root', parent: null },
    ]);
  });

  it('may not hold a circle of them', async () => {
    const before = await written();
    const { status, body } = await ingest({
      events: [
        event({ external_id: 'hen', parent_id: 'egg' }),
        event({ external_id: 'egg', parent_id: 'hen' }),
        event({ external_id: 'chick', parent_id: 'egg' }),
        event({ external_id: 'cock' }),
      ],
    });
    expect([status, body.detail.map(({ loc }: { loc: unknown[] }) => loc[2])]).toEqual([422, [0, 1, 2]]);
    expect(await written()).toEqual(before);
  });
});

describeOnClickHouse('a parent that has been moved to ClickHouse', () => {
  beforeAll(() => readInClickHouse(running.orm));

  it('is known by our id, and what isn’t there is not', async () => {
    const external_id = randomUUID();
    expect((await ingest({ events: [event({ external_id })] })).status).toBe(200);
    const mother = await idOf(external_id);
    await running.made(token, 'GET', '/v1/events/');
    const stranger = `${mother.slice(0, -1)}${mother.endsWith('0') ? '1' : '0'}`;
    const { body } = await ingest({ events: [event({ parent_id: mother }), event({ parent_id: stranger })] });
    expect(body.detail.map(({ loc }: { loc: unknown[] }) => loc.slice(2))).toEqual([[1, 'parent_id']]);
    expect((await ingest({ events: [event({ parent_id: ids.foreignEvent })] })).status).toBe(422);
    expect((await ingest({ events: [event({ parent_id: mother })] })).body).toEqual({ inserted: 1, duplicates: 0 });
    expect((await running.made(token, 'GET', `/v1/events/${mother}`)).child_count).toBe(1);
  });
});
