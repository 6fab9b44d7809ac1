/** Events come in at full rate while API and Postgres are killed: what was acknowledged is counted once, nothing by halves. */
import { randomInt } from 'node:crypto';
import { jest } from '@jest/globals';
import { Client } from 'pg';
import { callerOf, newMerchant } from '../../dev/api-client.ts';
import { lastingDisagreements } from '../invariants/lasting.ts';
import { type Chaotic, eventually, isAway, sleep, startChaotic } from './chaotic.ts';

jest.setTimeout(400_000);
let chaotic: Chaotic;
beforeAll(async () => {
  chaotic = await startChaotic();
});
afterAll(() => chaotic.stop());

const CUSTOMERS = 20;
const MODELS = 7;

interface Batch {
  readonly number: number;
  readonly events: readonly {
    readonly external_id: string | undefined;
    readonly external_customer_id: string;
    readonly metadata: { readonly batch: number; readonly tokens: number; readonly model: string };
  }[];
}

let batches = 0;

/** Of one backend; `named` events have ids of the sender's, by which a batch may be sent again. */
function aBatch(size: number, isNamed: boolean): Batch {
  batches += 1;
  const number = batches;
  const events = Array.from({ length: size }, (_, i) => ({
    name: 'call',
    external_id: isNamed ? `call-${number}-${i}` : undefined,
    external_customer_id: `customer-${(number + (i % 5)) % CUSTOMERS}`,
    metadata: { batch: number, tokens: (number * 31 + i) % 997, model: `model-${(number + i) % MODELS}` },
  }));
  return { number, events };
}

interface Sent {
  readonly batch: Batch;
  /** Null: nobody knows whether it was taken, and it can't be sent again. */
  readonly answer: { readonly inserted: number; readonly duplicates: number } | null;
}

it('counts each acknowledged batch once though API and Postgres are killed again and again', async () => {
  const { system } = chaotic;
  const { id: organization, token, call } = await newMerchant(system.api, system.operatorToken, 'The Stream');
  const ingest = callerOf(system.api, token);
  const filter = { conjunction: 'and', clauses: [{ property: 'source', operator: 'eq', value: 'user' }] };
  const aMeter = (name: string, aggregation: object) => call('POST', '/v1/meters/', { name, aggregation, filter });
  const tokens = await aMeter('Tokens', { func: 'sum', property: 'tokens' });
  const calls = await aMeter('Calls', { func: 'count' });
  const models = await aMeter('Models', { func: 'unique', property: 'model' });
  // Half of them are customers from the beginning.
  for (let i = 0; i < CUSTOMERS; i += 2) await becomesCustomer(i);
  async function becomesCustomer(i: number): Promise<void> {
    await call('POST', '/v1/customers/', { email: `${i}@example.com`, external_id: `customer-${i}` });
  }

  const sent: Sent[] = [];
  let isOver = false;
  let interrupted = 0;

  /** Null where the way or the server broke. */
  async function attempt({ events }: Batch): Promise<Sent['answer']> {
    try {
      return await ingest('POST', '/v1/events/ingest', { events });
    } catch (error) {
      if (!isAway(error)) throw error;
      interrupted += 1;
      return null;
    }
  }
  async function insist(batch: Batch): Promise<void> {
    let answer = await attempt(batch);
    for (; answer === null; answer = await attempt(batch)) await sleep(50);
    sent.push({ batch, answer });
  }
  const senders: {
    readonly size: number;
    readonly send: (batch: Batch) => Promise<void>;
    readonly isNamed: boolean;
  }[] = [
    ...[1000, 1000, 300, 100].map((size) => ({ size, send: insist, isNamed: true })),
    // Two that send the same, as a queue does that delivers twice.
    { size: 200, send: async (batch) => void (await Promise.all([insist(batch), insist(batch)])), isNamed: true },
    { size: 100, send: async (batch) => void sent.push({ batch, answer: await attempt(batch) }), isNamed: false },
  ];
  const sending = senders.map(async ({ size, send, isNamed }) => {
    while (!isOver) await send(aBatch(size, isNamed));
  });

  const acknowledged = () => sent.filter(({ answer }) => answer !== null).length;
  /** In the middle of what is sent, however fast that goes. */
  async function amid(): Promise<void> {
    const until = acknowledged() + randomInt(10, 40);
    await eventually(async () => acknowledged() >= until);
    await sleep(randomInt(150));
  }
  const breaks = [['api'], ['postgres'], ['api'], ['postgres'], ['api', 'postgres'], ['api'], ['postgres']] as const;
  for (const parts of breaks) {
    await Promise.race([amid(), Promise.all(sending)]);
    await Promise.all(parts.map((part) => system.processes[part].kill('SIGKILL')));
    await sleep(randomInt(300));
    for (const part of parts.toReversed()) await system.processes[part].start();
  }
  await amid();
  isOver = true;
  await Promise.all(sending);
  expect(interrupted).toBeGreaterThan(breaks.length);

  const db = new Client({ connectionString: system.databaseUrl });
  await db.connect();
  const rowsOf = async <Row extends unknown[]>(text: string) =>
    (await db.query<Row>({ text, values: [organization], rowMode: 'array' })).rows;
  const stored = new Map(
    await rowsOf<[number, number]>(
      `select (metadata ->> 'batch')::int, count(*)::int from events where organization_id = $1 and source = 'user' group by 1`,
    ),
  );

  // Whole or not at all; told so by whoever was answered first.
  for (const [number, answers] of Map.groupBy(sent, ({ batch }) => batch.number)) {
    const [first] = answers;
    const size = first?.batch.events.length ?? 0;
    const inserted = answers.reduce((sum, { answer }) => sum + (answer?.inserted ?? 0), 0);
    for (const { answer } of answers) if (answer) expect(answer.inserted + answer.duplicates).toBe(size);
    expect([0, size]).toContain(inserted);
    const isKnown = answers.some(({ answer }) => answer !== null);
    expect(isKnown ? [size] : [undefined, size]).toContain(stored.get(number));
    if (first?.batch.events[0]?.external_id === undefined && isKnown) expect(inserted).toBe(size);
  }

  const taken = [...new Map(sent.map(({ batch }) => [batch.number, batch])).values()]
    .filter(({ number }) => stored.has(number))
    .flatMap(({ events }) => events);
  expect([...stored.values()].reduce((sum, count) => sum + count, 0)).toBe(taken.length);
  const named = taken.filter(({ external_id }) => external_id !== undefined);
  expect(
    await rowsOf('select count(*)::int, count(distinct id)::int from event_keys where organization_id = $1'),
  ).toEqual([[named.length, named.length]]);
  await db.end();

  const { pagination } = await call('GET', '/v1/events/?source=user&limit=1');
  expect(pagination.total_count).toBe(taken.length);
  for (let i = 1; i < CUSTOMERS; i += 2) await becomesCustomer(i);
  const byCustomer = Map.groupBy(taken, ({ external_customer_id }) => external_customer_id);
  for (const [customer, events] of byCustomer) {
    const { items } = await call('GET', `/v1/customer-meters/?external_customer_id=${customer}`);
    const consumed = new Map(
      items.map(({ meter_id, consumed_units }: Consumed): [string, number] => [meter_id, consumed_units]),
    );
    expect([tokens, calls, models].map(({ id }) => consumed.get(id))).toEqual([
      events.reduce((sum, { metadata }) => sum + metadata.tokens, 0),
      events.length,
      new Set(events.map(({ metadata }) => metadata.model)).size,
    ]);
  }
  const day = 86_400_000;
  const [start, end] = [Date.now() - day, Date.now() + day].map((at) => new Date(at).toISOString());
  const range = `start_timestamp=${start}&end_timestamp=${end}&interval=day`;
  const { total } = await call('GET', `/v1/meters/${tokens.id}/quantities?${range}`);
  expect(total).toBe(taken.reduce((sum, { metadata }) => sum + metadata.tokens, 0));
  expect(await lastingDisagreements(() => call('GET', '/v1/invariants'))).toEqual([]);
});

interface Consumed {
  readonly meter_id: string;
  readonly consumed_units: number;
}
