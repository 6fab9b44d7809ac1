import { expect, it } from '@jest/globals';
import { countryOfAddress } from '../../tax/place-of-address.ts';

it.each([
  ['81.2.69.142', 'GB'],
  ['193.99.144.80', 'DE'],
  ['212.27.48.10', 'FR'],
  ['133.242.0.3', 'JP'],
  ['24.48.0.1', 'CA'],
  ['8.8.8.8', 'US'],
  ['::ffff:81.2.69.142', 'GB'],
  ['2001:4860:4860::8888', null],
  ['10.0.0.1', null],
  ['192.168.1.1', null],
  ['172.16.5.4', null],
  ['127.0.0.1', null],
  ['169.254.1.1', null],
  ['100.64.0.1', null],
  ['::1', null],
  ['0.0.0.0', null],
  ['', null],
  ['example', null],
])('%s is in %s', (ip, country) => {
  expect(countryOfAddress(ip)).toBe(country);
});
