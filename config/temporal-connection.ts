/** How Temporal is reached, by clients and workers alike: in the clear, with TLS, or as Temporal Cloud wants it. */
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from '@temporalio/client';
import type { Environment } from './environment.ts';

type Settings = Pick<
  Environment,
  | 'TEMPORAL_ADDRESS'
  | 'TEMPORAL_TLS'
  | 'TEMPORAL_TLS_SERVER_CA_CERT_PATH'
  | 'TEMPORAL_TLS_CLIENT_CERT_PATH'
  | 'TEMPORAL_TLS_CLIENT_KEY_PATH'
  | 'TEMPORAL_API_KEY'
>;

type Reached = Required<Pick<ConnectionOptions, 'address' | 'tls'>> & { readonly apiKey?: string };

/** Keys and certificates are sent with TLS alone, so whoever names one has it. */
export function temporalConnection(environment: Settings): Reached {
  const { TEMPORAL_API_KEY: apiKey, TEMPORAL_TLS: isEncrypted } = environment;
  const ca = environment.TEMPORAL_TLS_SERVER_CA_CERT_PATH;
  const crt = environment.TEMPORAL_TLS_CLIENT_CERT_PATH;
  const key = environment.TEMPORAL_TLS_CLIENT_KEY_PATH;
  const isNeeded = isEncrypted || apiKey !== undefined || ca !== undefined || crt !== undefined;
  return {
    address: environment.TEMPORAL_ADDRESS,
    tls: isNeeded && {
      ...(ca === undefined ? {} : { serverRootCACertificate: readFileSync(ca) }),
      ...(crt === undefined || key === undefined
        ? {}
        : { clientCertPair: { crt: readFileSync(crt), key: readFileSync(key) } }),
    },
    ...(apiKey === undefined ? {} : { apiKey }),
  };
}
