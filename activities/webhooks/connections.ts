/**
 * Connections to receivers. Names are resolved here, and every address is looked at before it is connected to, so that
 * a name that changes its mind between a check and the connection (rebinding) gains nothing.
 */
import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { isPublic } from './addresses.ts';

export class PrivateAddressError extends Error {
  constructor(host: string) {
    super(`${host} is not on the public internet; webhooks are not sent there.`);
  }
}

/** Keeps connections open for the next event. Shared by all deliveries of a process. */
export function receiverConnections(options: { readonly allowPrivateAddresses: boolean }): Agent {
  const timeout = 10_000;
  if (options.allowPrivateAddresses) return new Agent({ connect: { timeout } });
  const connect = buildConnector({ timeout, lookup: lookupPublic });
  return new Agent({
    connect(target, callback) {
      const host = target.hostname.replace(/^\[|\]$/g, '');
      // An address needs no lookup, so it is looked at here.
      if (isIP(host) !== 0 && !isPublic(host)) callback(new PrivateAddressError(host), null);
      else connect(target, callback);
    },
  });
}

const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '');
    const [first] = addresses;
    if (first === undefined || !addresses.every(({ address }) => isPublic(address))) {
      return callback(new PrivateAddressError(hostname), '');
    }
    if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};
