import { type FieldRule, fillFields } from '../../billing/custom-fields.ts';

const text: FieldRule = { type: 'text', minLength: null, maxLength: null };
const short: FieldRule = { type: 'text', minLength: 2, maxLength: 4 };
const number: FieldRule = { type: 'number', least: 1, most: 10 };
const date: FieldRule = { type: 'date', least: Date.UTC(2027, 0, 31, 13) / 1000, most: Date.UTC(2027, 1, 28) / 1000 };
const anyDate: FieldRule = { type: 'date', least: null, most: null };
const checkbox: FieldRule = { type: 'checkbox' };
const select: FieldRule = { type: 'select', values: ['small', 'large'] };

const fill = (rule: FieldRule, value: unknown, { required = false, whole = false } = {}) =>
  fillFields([{ slug: 'field', required, rule }], value === undefined ? {} : { field: value }, { whole });

describe('a value', () => {
  it.each<[FieldRule, unknown, unknown]>([
    [text, 'Ada', 'Ada'],
    [text, '  Ada ', '  Ada '],
    [text, ' ', null],
    [text, null, null],
    [short, 'ab', 'ab'],
    [short, '🌿🌿🌿🌿', '🌿🌿🌿🌿'],
    [number, 1, 1],
    [number, '10', 10],
    [number, '', null],
    [date, '2027-01-31', '2027-01-31'],
    [date, '2027-02-28', '2027-02-28'],
    [date, '2027-02-01T00:00:00.000Z', '2027-02-01'],
    [anyDate, '2027-02-01T01:00:00+02:00', '2027-01-31'],
    [anyDate, '2028-02-29', '2028-02-29'],
    [checkbox, true, true],
    [checkbox, 'false', false],
    [select, 'large', 'large'],
    [select, null, null],
  ])('%j takes %j and keeps %j', (rule, given, kept) => {
    expect(fill(rule, given)).toEqual({ data: { field: kept }, wrong: [] });
  });

  it.each<[FieldRule, unknown, string]>([
    [text, 5, 'Enter text.'],
    [short, 'a', 'Enter at least 2 characters.'],
    [short, 'abcde', 'Enter at most 4 characters.'],
    [number, 0, 'Enter 1 or more.'],
    [number, 11, 'Enter 10 or less.'],
    [number, 1.5, 'Enter a whole number.'],
    [number, 'five', 'Enter a whole number.'],
    [number, true, 'Enter a whole number.'],
    [number, 2 ** 60, 'Enter a whole number.'],
    [date, '2027-01-30', 'Enter 2027-01-31 or a later day.'],
    [date, '2027-03-01', 'Enter 2027-02-28 or an earlier day.'],
    [anyDate, '2027-02-30', 'Enter a date, such as 2027-01-31.'],
    [anyDate, 'soon', 'Enter a date, such as 2027-01-31.'],
    [anyDate, 1_800_000_000, 'Enter a date, such as 2027-01-31.'],
    [checkbox, 'yes', 'This is either true or false.'],
    [select, 'huge', 'Choose one of the options.'],
    [select, 5, 'Choose one of the options.'],
  ])('%j refuses %j: %s', (rule, given, reason) => {
    expect(fill(rule, given).wrong).toEqual([{ slug: 'field', reason, kind: 'wrong' }]);
  });
});

describe('what is required', () => {
  it.each<[FieldRule, unknown, string | null]>([
    [text, undefined, 'This is needed.'],
    [text, ' ', 'This is needed.'],
    [text, 'Ada', null],
    [number, 5, null],
    [select, null, 'This is needed.'],
    [checkbox, undefined, 'This must be ticked.'],
    [checkbox, false, 'This must be ticked.'],
    [checkbox, true, null],
  ])('%j filled with %j lacks: %s', (rule, given, reason) => {
    const { wrong } = fill(rule, given, { required: true, whole: true });
    expect(wrong).toEqual(reason === null ? [] : [{ slug: 'field', reason, kind: 'missing' }]);
    expect(fill(rule, given, { required: true }).wrong).toEqual([]);
  });
});

it('keeps nothing that is not asked for, and is not led astray by names', () => {
  const fields = [{ slug: 'size', required: false, rule: select }];
  const given = JSON.parse('{"size": "small", "other": 1, "__proto__": {"size": "large"}}');
  expect(fillFields(fields, given, { whole: true })).toEqual({ data: { size: 'small' }, wrong: [] });
  const named = [{ slug: 'constructor', required: false, rule: text }];
  expect(fillFields(named, {}, { whole: true })).toEqual({ data: {}, wrong: [] });
});
