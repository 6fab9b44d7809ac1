/** What becomes of the settings that say how Temporal is reached. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../config/environment.ts';
import { temporalConnection } from '../../config/temporal-connection.ts';

const needed = {
  DATABASE_URL: 'postgresql://perennial@postgres:5432/perennial',
  STRIPE_SECRET_KEY: 'sk_test_example',
  STRIPE_PUBLISHABLE_KEY: 'pk_test_example',
  STRIPE_WEBHOOK_SECRET: 'whsec_example',
};
const of = (settings: NodeJS.ProcessEnv) => temporalConnection(readEnvironment({ ...needed, ...settings }));

const folder = mkdtempSync(join(tmpdir(), 'perennial-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));
function file(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, name);
  return path;
}

it('is in the clear unless something asks for more', () => {
  expect(of({})).toEqual({ address: '127.0.0.1:7233', tls: false });
  expect(of({ TEMPORAL_TLS: 'true' })).toMatchObject({ tls: {} });
});

it('sends a key encrypted', () => {
  const TEMPORAL_ADDRESS = 'eu-west-1.aws.api.temporal.example:7233';
  const reached = of({ TEMPORAL_ADDRESS, TEMPORAL_API_KEY: 'key-example' });
  expect(reached).toEqual({ address: TEMPORAL_ADDRESS, tls: {}, apiKey: 'key-example' });
});

it('reads certificates, and wants a certificate’s key with it', () => {
  const TEMPORAL_TLS_CLIENT_CERT_PATH = file('client.pem');
  const reached = of({
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('ca.pem'),
    TEMPORAL_TLS_CLIENT_CERT_PATH,
    TEMPORAL_TLS_CLIENT_KEY_PATH: file('client.key'),
  });
  expect(reached.tls).toEqual({
    serverRootCACertificate: Buffer.from('ca.pem'),
    clientCertPair: { crt: Buffer.from('client.pem'), key: Buffer.from('client.key') },
  });
  expect(() => of({ TEMPORAL_TLS_CLIENT_CERT_PATH })).toThrow('TEMPORAL_TLS_CLIENT_KEY_PATH: is needed');
});
