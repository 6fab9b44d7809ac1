/** Where an organization says that it collects taxes. */
import { refusalOfRegistration } from '../../billing/tax-places.ts';
import { COUNTRIES } from '../../schemas/address.ts';
import { unprocessable } from '../errors.ts';

const KNOWN: ReadonlySet<string> = new Set(COUNTRIES);

/** Each once, in the order of the alphabet. Throws a 422 that names each that can't be. */
export function registrationsFrom(places: readonly string[]): string[] {
  const wrong = places.flatMap((place, index) => {
    const msg = refusalOfRegistration(place, KNOWN);
    return msg === null ? [] : [{ loc: ['body', 'tax_registrations', index], msg, type: 'value_error' }];
  });
  if (wrong.length > 0) throw unprocessable(...wrong);
  return [...new Set(places)].sort();
}
