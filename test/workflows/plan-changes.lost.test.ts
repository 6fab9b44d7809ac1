/** Changes of the product in the middle of which everything stops. */
import type { ProductId } from '../../billing/ids.ts';
import { chargeAtProcessor, isRestarted, stepAfter, stepsOf } from './lost.ts';
import { anotherProduct, bills, broken, changesTo } from './products.ts';
import { aSubscription, type Life, livesInAWorldOfTheirOwn, theWorld } from './support.ts';

livesInAWorldOfTheirOwn();

const HALF = '2027-04-15';

async function inMidApril(): Promise<{ sub: Life; dearer: ProductId }> {
  const sub = await aSubscription({ startedOn: '2027-04-01' });
  await sub.livesUntil(HALF);
  return { sub, dearer: await anotherProduct(sub, { price: 4000 }) };
}

/** The change and its order stand in the rows; its process has not heard of it. */
async function freezes(sub: Life, productId: ProductId, behavior: 'invoice' | 'reset' = 'invoice') {
  const step = await stepAfter(sub, 'terms/lost');
  return stepsOf().changeTerms({ ...step, wish: { productId }, behavior, begunAt: await theWorld().now() });
}

it('frozen, not charged: the new process charges it, once, and the change holds', async () => {
  const { sub, dearer } = await inMidApril();
  await sub.isForgotten();
  expect((await freezes(sub, dearer)).state.pendingCharge).not.toBeNull();
  expect((await sub.row()).amount).toBe(2000);
  await isRestarted(sub);
  expect((await sub.row()).amount).toBe(4000);
  expect(await bills(sub)).toEqual([`${HALF} update paid 1000 (-1000 2000)`]);
  expect(await sub.chargesAtProcessor()).toBe(2);
  expect(await broken(sub)).toEqual([]);
});

it('charged, answer lost: the new process finds the charge, and the change holds', async () => {
  const { sub, dearer } = await inMidApril();
  await sub.isForgotten();
  await freezes(sub, dearer, 'reset');
  await chargeAtProcessor(sub);
  await isRestarted(sub);
  expect(await sub.period()).toEqual([HALF, '2027-05-15']);
  expect(await sub.chargesAtProcessor()).toBe(2);
  expect(await broken(sub)).toEqual([]);
});

it('declined, answer lost: the order is void and all as it was', async () => {
  const { sub, dearer } = await inMidApril();
  await sub.cardAnswers('insufficient_funds');
  await sub.isForgotten();
  await freezes(sub, dearer);
  await chargeAtProcessor(sub);
  await isRestarted(sub);
  expect((await sub.row()).amount).toBe(2000);
  expect(await bills(sub)).toEqual([`${HALF} update void 1000 (-1000 2000)`]);
  expect(await broken(sub)).toEqual([]);
});

it('written twice under one step: frozen once', async () => {
  const { sub, dearer } = await inMidApril();
  await sub.isForgotten();
  const step = await stepAfter(sub, 'terms/twice');
  const asked = { ...step, wish: { productId: dearer }, behavior: 'invoice' as const, begunAt: step.at };
  const both = await Promise.all([stepsOf().changeTerms(asked), stepsOf().changeTerms(asked)]);
  expect(both.map(({ isTaken }) => isTaken)).toEqual([true, true]);
  expect(await bills(sub)).toHaveLength(1);
  await isRestarted(sub);
  expect(await sub.chargesAtProcessor()).toBe(2);
});

it('another request while a lost change is in the rows: that one first, then the request', async () => {
  const { sub, dearer } = await inMidApril();
  const dearest = await anotherProduct(sub, { price: 6000 });
  await freezes(sub, dearer);
  await changesTo(sub, dearest, 'invoice');
  expect((await sub.row()).amount).toBe(6000);
  expect((await bills(sub)).map((bill) => bill.split(' ')[3]).toSorted()).toEqual(['1000', '1000']);
  expect(await sub.chargesAtProcessor()).toBe(3);
  expect(await broken(sub)).toEqual([]);
});

it('asked for after the period’s end, before the renewal was made: the renewal comes first', async () => {
  const { sub, dearer } = await inMidApril();
  await sub.isForgotten();
  await sub.livesUntil('2027-05-03');
  await changesTo(sub, dearer, 'reset');
  const billed = await bills(sub);
  expect(billed.map((bill) => bill.split(' ').slice(1, 4).join(' '))).toEqual(['cycle paid 2000', 'update paid 4000']);
  expect(await broken(sub)).toEqual([]);
});
