import { describe, expect, it } from '@jest/globals';
import { addressForm, missingParts, writtenState } from '../../billing/address-forms.ts';

/** state, city, postal_code, line1, line2 */
const inShort = (country: string | null, isPaid: boolean, isWhole: boolean) => {
  const form = addressForm(country, { isPaid, isWhole });
  return [form.country, form.state, form.city, form.postal_code, form.line1, form.line2]
    .map((mode) => mode[0])
    .join('');
};

describe('the form of an address', () => {
  it.each([
    // country paid whole: country, state, city, postal code, line1, line2
    ['DE', true, false, 'rddddd'],
    ['DE', false, false, 'oddddd'],
    ['US', true, false, 'rrdrdd'],
    ['CA', true, false, 'rrdrdd'],
    ['US', false, false, 'oddddd'],
    [null, true, false, 'rddddd'],
    [null, true, true, 'rorrro'],
    ['US', true, true, 'rrrrro'],
    ['US', false, true, 'rrrrro'],
    ['DE', true, true, 'rdrrro'],
    ['FR', true, true, 'rdrrro'],
    ['GB', true, true, 'rdrrro'],
    ['AU', true, true, 'rrrrro'],
    ['BR', true, true, 'rrrrro'],
    ['IN', true, true, 'rrrrro'],
    ['JP', true, true, 'rrorro'],
    ['IT', true, true, 'rorrro'],
    ['IE', true, true, 'rororo'],
    ['HK', true, true, 'rororo'],
    ['AE', true, true, 'rrooro'],
    ['SG', true, true, 'rdorro'],
  ])('%s, paid: %s, whole: %s', (country, isPaid, isWhole, form) => {
    expect(inShort(country, isPaid, isWhole)).toBe(form);
  });

  it('names what is missing', () => {
    const whole = addressForm('US', { isPaid: true, isWhole: true });
    expect(missingParts(whole, null)).toEqual(['country', 'line1', 'city', 'state', 'postal_code']);
    expect(missingParts(whole, { country: 'US', line1: '1 Example St', state: 'NY', city: '' })).toEqual([
      'city',
      'postal_code',
    ]);
    expect(missingParts(addressForm('DE', { isPaid: true, isWhole: false }), { country: 'DE' })).toEqual([]);
  });

  it.each([
    ['US', 'NY', 'US-NY'],
    ['US', 'us-ny', 'US-NY'],
    ['US', 'PR', 'US-PR'],
    ['US', 'AE', 'US-AE'],
    ['US', 'ON', null],
    ['US', 'New York', null],
    ['CA', 'on', 'CA-ON'],
    ['CA', 'NY', null],
    ['DE', 'Bayern', 'Bayern'],
  ])('in %s, %s is written %s', (country, given, written) => {
    expect(writtenState(country, given)).toBe(written);
  });
});
