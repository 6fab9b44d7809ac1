import { describe, expect, it } from '@jest/globals';
import { type Clause, type Filter, type FilteredEvent, matches, valueAt } from '../../billing/event-filters.ts';

const event: FilteredEvent = {
  name: 'ai.completion',
  source: 'user',
  timestamp: Date.UTC(2027, 2, 1, 12),
  metadata: {
    model: 'large',
    tokens: 120,
    cost: 0.25,
    cached: false,
    _llm: { vendor: 'Example', input_tokens: 100 },
    'a.b': 'flat',
    a: { b: 'nested', c: 'deep' },
    tags: ['x'],
    none: null,
  },
};

const that = (property: string, operator: Clause['operator'], value: Clause['value']): Filter => ({
  conjunction: 'and',
  clauses: [{ property, operator, value }],
});

describe('a clause', () => {
  it.each([
    // property, operator, value, matches
    ['name', 'eq', 'ai.completion', true],
    ['name', 'eq', 'AI.completion', false],
    ['name', 'ne', 'ai.image', true],
    ['name', 'ne', 'ai.completion', false],
    ['name', 'like', 'completion', true],
    ['name', 'like', 'ai%', false],
    ['name', 'like', 'image', false],
    ['name', 'not_like', 'image', true],
    ['name', 'not_like', 'ai.', false],
    ['source', 'eq', 'user', true],
    ['source', 'eq', 'system', false],
    ['tokens', 'eq', 120, true],
    ['tokens', 'ne', 120, false],
    ['tokens', 'gt', 119, true],
    ['tokens', 'gt', 120, false],
    ['tokens', 'gte', 120, true],
    ['tokens', 'lt', 120, false],
    ['tokens', 'lte', 120, true],
    ['cost', 'gt', 0, true],
    ['cost', 'lt', 1, true],
    ['metadata.tokens', 'eq', 120, true],
    ['model', 'gt', 'big', true],
    ['model', 'lt', 'big', false],
    ['cached', 'eq', false, true],
    ['cached', 'ne', true, true],
    ['cached', 'gt', false, false],
    ['cached', 'like', false, false],
    ['_llm.vendor', 'eq', 'Example', true],
    ['_llm.input_tokens', 'gte', 100, true],
    ['_llm.output_tokens', 'eq', 0, false],
    ['a.b', 'eq', 'flat', true],
    ['a.c', 'eq', 'deep', true],
    ['timestamp', 'gte', '2027-03-01T12:00:00Z', true],
    ['timestamp', 'gt', '2027-03-01T12:00:00Z', false],
    ['timestamp', 'lt', '2027-03-01T12:00:01Z', true],
    ['timestamp', 'eq', 1803902400, true],
    ['timestamp', 'eq', true, false],
    ['timestamp', 'eq', 'yesterday', false],
  ] as const)('%s %s %s: %s', (property, operator, value, expected) => {
    expect(matches(that(property, operator, value), event)).toBe(expected);
  });

  it.each([
    ['tokens', 'eq', '120'],
    ['tokens', 'ne', '120'],
    ['tokens', 'not_like', '7'],
    ['model', 'ne', 5],
    ['cached', 'ne', 'false'],
    ['cached', 'ne', 0],
    ['missing', 'ne', 'x'],
    ['missing', 'not_like', 'x'],
    ['none', 'ne', 'x'],
    ['tags', 'ne', 'x'],
    ['a', 'ne', 'x'],
    ['constructor', 'ne', 'x'],
    ['a.toString', 'ne', 'x'],
  ] as const)(
    'of another type than the value, or of nothing, does not match: %s %s %s',
    (property, operator, value) => {
      expect(matches(that(property, operator, value), event)).toBe(false);
    },
  );
});

describe('a tree', () => {
  const yes: Clause = { property: 'name', operator: 'eq', value: 'ai.completion' };
  const no: Clause = { property: 'name', operator: 'eq', value: 'other' };
  it.each<[string, Filter, boolean]>([
    ['no clauses', { conjunction: 'and', clauses: [] }, true],
    ['none of none', { conjunction: 'or', clauses: [] }, true],
    ['both', { conjunction: 'and', clauses: [yes, yes] }, true],
    ['one of two, and', { conjunction: 'and', clauses: [yes, no] }, false],
    ['one of two, or', { conjunction: 'or', clauses: [no, yes] }, true],
    ['none of two, or', { conjunction: 'or', clauses: [no, no] }, false],
    ['an or in an and', { conjunction: 'and', clauses: [yes, { conjunction: 'or', clauses: [no, yes] }] }, true],
    ['an and in an or', { conjunction: 'or', clauses: [no, { conjunction: 'and', clauses: [yes, no] }] }, false],
  ])('%s: %#', (_, filter, expected) => {
    expect(matches(filter, event)).toBe(expected);
  });
});

it('compares strings by code points, as the database does', () => {
  const of = (model: string): FilteredEvent => ({ ...event, metadata: { model } });
  expect(matches(that('model', 'lt', '\u{1F600}'), of('\u{FF5E}'))).toBe(true);
  expect(matches(that('model', 'gt', 'Z'), of('a'))).toBe(true);
});

it('finds what is nested, and what is not there', () => {
  expect(valueAt({ a: { b: { c: 1 } } }, 'a.b.c')).toBe(1);
  expect(valueAt({ a: { b: { c: 1 } } }, 'a.x.c')).toBeUndefined();
  expect(valueAt({ a: 'text' }, 'a.length')).toBeUndefined();
});
