/** Tokens made with tokens: none may do more, or live longer, than the one it was made with. */
import { type Running, startRunning } from './running.ts';

const PATH = '/v1/organization-access-tokens/';
const SOON = '2099-01-01T00:00:00.000Z';
const LATE = '2100-01-01T00:00:00.000Z';
let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

async function expiryOf(caller: string, expires_at?: string | null): Promise<unknown> {
  const body = { comment: 'Made', scopes: ['organization_access_tokens:write'], expires_at };
  const made = await running.made(caller, 'POST', PATH, body);
  const { items } = await running.made(caller, 'GET', PATH);
  const { id, expires_at: answered } = made.organization_access_token;
  expect(items.find((item: { id: string }) => item.id === id).expires_at).toBe(answered);
  return answered && new Date(answered).toISOString();
}

it('ends with the token that made it, or before', async () => {
  const { token: endless } = await running.aMerchant();
  const made = await running.made(endless, 'POST', PATH, {
    comment: 'Ends',
    scopes: ['organization_access_tokens:read', 'organization_access_tokens:write'],
    expires_at: SOON,
  });
  expect(await expiryOf(made.token)).toBe(SOON);
  expect(await expiryOf(made.token, null)).toBe(SOON);
  expect(await expiryOf(made.token, LATE)).toBe(SOON);
  expect(await expiryOf(made.token, '2098-01-01T00:00:00Z')).toBe('2098-01-01T00:00:00.000Z');
  expect(await expiryOf(endless)).toBeNull();
  expect(await expiryOf(endless, LATE)).toBe(LATE);
});
