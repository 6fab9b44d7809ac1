/** Whose pages may show a checkout in a frame: of the organization's list any, of none everybody's. */
import ipaddr from 'ipaddr.js';
import { invalid } from '../errors.ts';

/** Entries are hosts with their port, if it isn't the usual one; `*.example.com` is any name below, but not itself. */
export function mayEmbed(hosts: readonly string[], origin: string): boolean {
  const { protocol, host, hostname } = new URL(origin);
  if (hosts.length === 0) return true;
  if (protocol !== 'https:' && !isLocal(hostname)) return false;
  return hosts.some((entry) => (entry.startsWith('*.') ? host.endsWith(entry.slice(1)) : host === entry));
}

export function refuseForeignPage({ embedHosts }: { readonly embedHosts: readonly string[] }, origin: string): void {
  if (mayEmbed(embedHosts, origin)) return;
  throw invalid(['body', 'embed_origin'], 'This page is not among the organization’s `embed_hosts`.');
}

/** Where merchants try things out, without a certificate. */
function isLocal(hostname: string): boolean {
  if (/(^|\.)localhost$|\.local$/.test(hostname)) return true;
  const address = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(address) && LOCAL.has(ipaddr.process(address).range());
}

const LOCAL: ReadonlySet<string> = new Set(['loopback', 'private', 'uniqueLocal']);
