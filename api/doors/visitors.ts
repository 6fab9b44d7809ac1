/** Who opens an address that makes something: people do; what only looks at it must leave nothing behind. */
import type { IncomingHttpHeaders } from 'node:http';
import ipaddr from 'ipaddr.js';
import { createIsbotFromList, list } from 'isbot';

/** Browsers that a program drives are taken for people: that is how shops test themselves. */
const isRobot = createIsbotFromList(list.filter((pattern) => pattern !== 'headless'));

/** Crawlers, makers of link previews, and browsers that fetch ahead of a click. */
export function isLooking(method: string, headers: IncomingHttpHeaders): boolean {
  if (method === 'HEAD') return true;
  const purpose = [headers['sec-purpose'], headers.purpose, headers['x-moz']].flat().join(' ');
  return /prefetch|preview|prerender/i.test(purpose) || isRobot(headers['user-agent']);
}

/** An IPv4 address is written as one, also where it came in IPv6's clothes. */
export const plainAddress = (ip: string): string => (ipaddr.isValid(ip) ? ipaddr.process(ip).toString() : ip);

const OWN = new Set(['loopback', 'private', 'linkLocal', 'uniqueLocal', 'unspecified']);

/** Not of the open network: machines of whoever runs this. */
export const isOwnNetwork = (ip: string): boolean => ipaddr.isValid(ip) && OWN.has(ipaddr.process(ip).range());

/** One household or office: an IPv4 address, or the IPv6 network that a line is given. */
export function networkOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  return address instanceof ipaddr.IPv6 ? address.toByteArray().slice(0, 8).join('.') : address.toString();
}
