/** Whatever is taken at a glance, the schema takes as the same. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { EventsIngest } from '../../schemas/event-input.ts';
import { plainEvents } from '../../schemas/plain-events.ts';

const plain = {
  name: 'call',
  timestamp: '2027-03-01T12:00:00.123Z',
  external_id: 'evt_1',
  external_customer_id: 'ann',
  metadata: { model: 'large', tokens: 5, nested: { is: true, list: [1, 'two'] } },
};
const { external_customer_id: _, ...unnamed } = plain;

const ODD: Readonly<Record<string, readonly unknown[]>> = {
  name: ['', 'x', 'x'.repeat(128), 'x'.repeat(129), 7, null, undefined],
  timestamp: [
    ...['2027-02-28T00:00:00Z', '2027-02-29T00:00:00Z', '2028-02-29T00:00:00Z', '2027-02-30T00:00:00Z'],
    ...['2027-04-31T00:00:00Z', '2027-12-31T23:59:59Z', '2027-01-01T24:00:00Z', '2027-01-01T00:00:60Z'],
    ...['2027-01-01T00:00:00.123456+00:00', '2027-01-01T00:00:00.9999999Z', '2027-01-01T00:00:00.Z'],
    ...['2027-01-01T00:00:00', '2027-01-01T00:00Z', '2027-01-01 00:00:00Z', '2027-01-01t00:00:00z', '2027-01-01'],
    ...['2027-01-01T00:00:00+02:00', '1969-12-31T23:59:59Z', '1970-01-01T00:00:00Z', '8999-12-31T23:59:59Z'],
    ...['9000-01-01T00:00:00Z', '9001-01-01T00:00:00Z', '0000-01-01T00:00:00Z', '2027-13-01T00:00:00Z', '', 7, null],
    ...['2027-00-10T00:00:00Z', '2027-01-00T00:00:00Z', '2027-01-01T00:00:00Z\n', ' 2027-01-01T00:00:00Z', undefined],
  ],
  external_id: ['', 'x'.repeat(255), 'x'.repeat(256), null, undefined, 7, 'ü'],
  external_customer_id: ['', 'x'.repeat(255), 'x'.repeat(256), null, undefined, 7],
  customer_id: [randomUUID(), randomUUID().toUpperCase(), '00000000-0000-0000-0000-000000000000', '', null, 7, 'x'],
  parent_id: ['x', '', null, undefined, 7],
  organization_id: [randomUUID(), 'x', null, undefined],
  member_id: [randomUUID(), 'x', null, 7],
  external_member_id: ['x', '', null, 7],
  metadata: [
    ...[{}, [], null, undefined, 'x', { a: null }, { a: 'x'.repeat(501) }, { a: 2e15 }, { '': 1 }, { a: { '': 1 } }],
    ...[
      { a: { b: { c: { d: { e: { f: 1 } } } } } },
      { ['k'.repeat(41)]: 1 },
      { _cost: { amount: 1, currency: 'usd' } },
    ],
    ...[{ _llm: {} }, JSON.parse('{"__proto__": {"_cost": 1}}'), { toString: 'x', constructor: 1 }],
    Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, i])),
  ],
  whatever: [1, null, {}],
};

const randomly = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)] as T;

function agrees(given: unknown): boolean {
  const quick = plainEvents(given);
  if (quick === null) return false;
  expect({ given, ...EventsIngest.safeParse(given) }).toEqual({ given, success: true, data: quick });
  return true;
}

describe('events that are plainly right', () => {
  it('are those that most send', () => {
    const { metadata, name } = plain;
    expect(agrees({ events: [plain, { ...unnamed, customer_id: randomUUID() }] })).toBe(true);
    expect(agrees({ events: [{ name, external_customer_id: 'ann' }] })).toBe(true);
    expect(
      agrees({ events: [{ name, metadata, external_customer_id: 'ann', timestamp: '2027-03-31T12:00:00+00:00' }] }),
    ).toBe(true);
    expect(agrees({ events: [] })).toBe(true);
  });

  it.each(Object.entries(ODD))('are taken as the schema takes them, whatever their %s', (key, values) => {
    for (const value of values) {
      agrees({ events: [{ ...plain, [key]: value }] });
      agrees({ events: [{ ...unnamed, [key]: value }] });
    }
  });

  it('are taken as the schema takes them, odd in several ways at once', () => {
    for (let i = 0; i < 3_000; i += 1) {
      const oddly = () => {
        const key = randomly(Object.keys(ODD));
        return { [key]: randomly(ODD[key] ?? []) };
      };
      agrees({
        events: [
          { ...plain, ...oddly() },
          { ...unnamed, ...oddly(), ...oddly() },
        ],
      });
    }
  });

  it.each([null, [], 'x', 7, {}, { events: null }, { events: {} }, { events: [null] }, { events: [[]] }])(
    'are none in %j',
    (given) => {
      expect(agrees(given)).toBe(false);
    },
  );

  it('are at most a thousand', () => {
    expect(agrees({ events: Array.from({ length: 1000 }, () => plain) })).toBe(true);
    expect(agrees({ events: Array.from({ length: 1001 }, () => plain) })).toBe(false);
  });
});
