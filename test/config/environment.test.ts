/** What a deployment is told about its settings. */
import { readEnvironment } from '../../config/environment.ts';

const needed = {
  DATABASE_URL: 'postgresql://perennial@postgres:5432/perennial',
  STRIPE_SECRET_KEY: 'sk_test_example',
  STRIPE_PUBLISHABLE_KEY: 'pk_test_example',
  STRIPE_WEBHOOK_SECRET: 'whsec_example',
};

it.each([
  ['PUBLIC_URL', 'shop.example'],
  ['PUBLIC_URL', 'ftp://shop.example'],
  ['STRIPE_API_URL', 'localhost:12111'],
])('refuses %s=%s by its name', (name, value) => {
  expect(() => readEnvironment({ ...needed, [name]: value })).toThrow(
    `${name}: must be an http:// or https:// URL\nSee .env.example.`,
  );
});

it.each([
  ['https://shop.example/', 'https://shop.example'],
  ['https://shop.example/billing//', 'https://shop.example/billing'],
  ['http://localhost:8080', 'http://localhost:8080'],
])('takes PUBLIC_URL=%s as %s', (given, taken) => {
  expect(readEnvironment({ ...needed, PUBLIC_URL: given }).PUBLIC_URL).toBe(taken);
});

it.each([
  ['203.0.113.7, 2001:db8::/32', ['203.0.113.7', '2001:db8::/32']],
  ['loopback,uniquelocal', ['loopback', 'uniquelocal']],
  ['', ['loopback', 'linklocal', 'uniquelocal']],
])('trusts the proxies of TRUSTED_PROXIES=%s', (given, trusted) => {
  expect(readEnvironment({ ...needed, TRUSTED_PROXIES: given }).TRUSTED_PROXIES).toEqual(trusted);
});

it.each(['true', '1', 'proxy.example', '10.0.0.0/33', '203.0.113.7;203.0.113.8'])(
  'refuses TRUSTED_PROXIES=%s',
  (given) => {
    expect(() => readEnvironment({ ...needed, TRUSTED_PROXIES: given })).toThrow('TRUSTED_PROXIES: must be');
  },
);

it.each([
  ['STRIPE_SECRET_KEY', 'sk_test_...'],
  ['STRIPE_PUBLISHABLE_KEY', 'pk_test_...'],
  ['STRIPE_WEBHOOK_SECRET', 'whsec_...'],
  ['STRIPE_WEBHOOK_SECRET', 'whsec_…'],
])('takes %s=%s for what was not filled in', (name, value) => {
  expect(() => readEnvironment({ ...needed, [name]: value })).toThrow(`${name}: is still to be filled in`);
});

it('needs a sender where e-mails are sent', () => {
  expect(() => readEnvironment({ ...needed, SMTP_URL: 'smtp://mail.example' })).toThrow('EMAIL_FROM: is needed');
});

it('needs a ClickHouse where events are to be read there', () => {
  expect(() => readEnvironment({ ...needed, EVENT_STORE: 'clickhouse' })).toThrow('CLICKHOUSE_URL: is needed');
  expect(readEnvironment({ ...needed, EVENT_STORE: 'postgres' }).EVENT_STORE).toBe('postgres');
});

it.each([
  ['clickhouse:8123', 'must be http(s)://user:password@host:port/database'],
  ['tcp://clickhouse:9000/perennial', 'must be http(s)://user:password@host:port/database'],
  ['http://clickhouse:8123', 'must name a database'],
])('refuses CLICKHOUSE_URL=%s', (url, error) => {
  expect(() => readEnvironment({ ...needed, CLICKHOUSE_URL: url })).toThrow(`CLICKHOUSE_URL: ${error}`);
});
