/** Renewals fall due while the card processor misbehaves in each of the ways that it may. */
import { jest } from '@jest/globals';
import type { Herd } from '../../dev/herd.ts';
import { type Chaotic, expectAllIsWell, renewThrough, sleep, startChaotic } from './chaotic.ts';

jest.setTimeout(400_000);
let chaotic: Chaotic;
let herd: Herd;
let times = 0;

beforeAll(async () => {
  chaotic = await startChaotic();
  herd = await chaotic.aHerd(24);
});
afterAll(() => chaotic.stop());
afterEach(() => chaotic.healSandbox());

const charges = { method: 'POST', path: '/v1/payment_intents' };

it.each([
  ['answers with errors before doing anything', { match: charges, kind: 'error', status: 500, times: 16 }],
  ['breaks and repeats that for the key', { match: charges, kind: 'error', status: 500, saved: true, times: 12 }],
  ['drops connections', { match: charges, kind: 'drop', times: 24 }],
  ['charges and then never answers', { match: charges, kind: 'timeout_after', ms: 26_000, times: 6 }],
])('pays each order once though the processor %s', async (_, fault) => {
  await chaotic.sandbox('faults', fault);
  times += 1;
  await renewThrough(herd, times, async () => {});
  await expectAllIsWell(chaotic, herd, times);
});

it('changes nothing when the processor sends each event twice and out of order', async () => {
  await chaotic.sandbox('webhooks', { mode: 'shuffled' });
  times += 1;
  await renewThrough(herd, times, async () => {});
  await sleep(1_000);
  await expectAllIsWell(chaotic, herd, times);
});
