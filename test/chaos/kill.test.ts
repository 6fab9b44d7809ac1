/** A hundred renewals fall due together; in the middle everything is killed, one part after the other. */
import { jest } from '@jest/globals';
import type { Herd } from '../../dev/herd.ts';
import { type Chaotic, expectAllIsWell, renewThrough, sleep, startChaotic } from './chaotic.ts';

jest.setTimeout(400_000);
let chaotic: Chaotic;
let herd: Herd;

beforeAll(async () => {
  chaotic = await startChaotic();
  herd = await chaotic.aHerd(100);
});
afterAll(() => chaotic.stop());

it('pays each order once though worker, API, Temporal and Postgres are killed', async () => {
  await renewThrough(herd, 1, async () => {
    await sleep(700);
    await chaotic.breaks('worker');
    await chaotic.breaks('api');
    await sleep(500);
    await chaotic.breaks('temporal');
    await sleep(500);
    await chaotic.breaks('postgres');
  });
  await expectAllIsWell(chaotic, herd, 1);
});

it('pays each order once though the worker is killed again and again', async () => {
  await renewThrough(herd, 2, async () => {
    for (const pause of [200, 900, 1500]) {
      await sleep(pause);
      await chaotic.breaks('worker');
    }
  });
  await expectAllIsWell(chaotic, herd, 2);
});
