import { counted, pluralOf } from '../../billing/units.ts';

it.each([
  [null, 'seats'],
  ['project', 'projects'],
  ['API key', 'API keys'],
  ['company', 'companies'],
  ['box', 'boxes'],
  ['branch', 'branches'],
  ['bus', 'buses'],
])('more than one %s: %s', (unit, plural) => {
  expect(pluralOf(unit)).toBe(plural);
});

it.each([
  [1, null, '1 seat'],
  [2, null, '2 seats'],
  [1, 'project', '1 project'],
  [14, 'project', '14 projects'],
])('%i of %s: %s', (number, unit, said) => {
  expect(counted(number, unit)).toBe(said);
});
