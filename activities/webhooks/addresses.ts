/** Which addresses belong to the public internet. Everything else may be a neighbour of ours, and gets no webhooks. */
import ipaddr from 'ipaddr.js';

/** Answers credentials to whoever asks from a virtual machine, at an address that looks public. */
const METADATA = new Set(['168.63.129.16']);

/** Whether an IP address is public; an IPv4 address within an IPv6 one counts as itself. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || METADATA.has(parsed.toString())) return false;
  // All of the public IPv6 internet lies in 2000::/3; what is outside includes old forms of writing IPv4.
  return parsed.kind() === 'ipv4' || parsed.match(ipaddr.parse('2000::'), 3);
}
