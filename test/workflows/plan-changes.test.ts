/** Subscriptions that change their product: what is charged and credited, when it holds, and what becomes of benefits. */
import { anotherProduct, balance, bills, broken, changesTo } from './products.ts';
import { aSubscription, type Life, livesInAWorldOfTheirOwn } from './support.ts';

livesInAWorldOfTheirOwn();

// Lives last until the end of a day; half of April is over on the 15th at midnight.
const HALF = '2027-04-15';

async function inMidApril(more: Partial<Parameters<typeof aSubscription>[0]> = {}): Promise<Life> {
  const sub = await aSubscription({ startedOn: '2027-04-01', ...more });
  await sub.livesUntil(HALF);
  return sub;
}

it('invoice: charges the difference now, and the new price from the next renewal on', async () => {
  const sub = await inMidApril();
  const dearer = await anotherProduct(sub, { price: 4000, benefit: 'A box at the opera' });
  expect(await changesTo(sub, dearer, 'invoice')).toMatchObject({ declined: null });
  expect(await sub.row()).toMatchObject({ amount: 4000, status: 'active' });
  expect(await sub.benefits()).toEqual(['A box at the opera']);
  expect(await sub.period()).toEqual(['2027-04-01', '2027-05-01']);

  await sub.livesUntil('2027-05-02');
  expect(await bills(sub)).toEqual([`${HALF} update paid 1000 (-1000 2000)`, '2027-05-01 cycle paid 4000 (4000)']);
  expect(await sub.chargesAtProcessor()).toBe(3);
  expect(await broken(sub)).toEqual([]);
});

it('invoice of less: the difference becomes balance, and lowers the next orders', async () => {
  const sub = await inMidApril();
  const cheaper = await anotherProduct(sub, { price: 300 });
  await changesTo(sub, cheaper, 'invoice');
  expect(await balance(sub)).toBe(850);

  await sub.livesUntil('2027-07-02');
  expect(await bills(sub)).toEqual([
    `${HALF} update paid -850 balance 850 (-1000 150)`,
    '2027-05-01 cycle paid 300 balance -300 (300)',
    '2027-06-01 cycle paid 300 balance -300 (300)',
    '2027-07-01 cycle paid 300 balance -250 (300)',
  ]);
  expect(await balance(sub)).toBe(0);
  expect(await sub.paid()).toHaveLength(4);
  expect(await sub.chargesAtProcessor()).toBe(2);
  expect(await broken(sub)).toEqual([]);
});

it.each(['insufficient_funds', 'authentication_required'])(
  'invoice with a card that says %s: all stays as it was',
  async (reason) => {
    const sub = await inMidApril();
    const before = await sub.row();
    const dearer = await anotherProduct(sub, { price: 4000, benefit: 'A box at the opera' });
    await sub.cardAnswers(reason);
    const { declined } = await changesTo(sub, dearer, 'invoice');
    expect(declined).not.toBeNull();
    expect(await bills(sub)).toEqual([`${HALF} update void 1000 (-1000 2000)`]);
    const { sequence: _, lastStep: _step, modifiedAt: _at, ...after } = await sub.row();
    expect(before).toMatchObject(JSON.parse(JSON.stringify({ amount: after.amount, status: after.status })));
    expect(after).toMatchObject({ amount: 2000, status: 'active', product: before.product, cycle: 1 });
    expect(await sub.benefits()).toEqual(['A seat at the table']);
    await sub.cardAnswers('succeed');
    await sub.livesUntil('2027-05-01');
    expect((await bills(sub)).slice(1)).toEqual(['2027-05-01 cycle paid 2000 (2000)']);
    expect(await broken(sub)).toEqual([]);
  },
);

it('prorate: the difference is on the next order, and up and back at once is nothing', async () => {
  const sub = await inMidApril();
  const { product } = await sub.row();
  const dearer = await anotherProduct(sub, { price: 4000 });
  await changesTo(sub, dearer);
  expect(await sub.row()).toMatchObject({ amount: 4000, waitingEntries: 2 });
  await changesTo(sub, product.id);
  await changesTo(sub, dearer);
  expect(await bills(sub)).toEqual([]);

  await sub.livesUntil('2027-05-01');
  const [cycle] = await bills(sub);
  expect(cycle).toMatch(/^2027-05-01 cycle paid 5000 \(4000 (-1000 2000|-999 1999) /);
  expect(await broken(sub)).toEqual([]);
});

it('prorate to much less: what the next order gives back beyond its price becomes balance', async () => {
  const sub = await inMidApril({ price: 9000 });
  const cheaper = await anotherProduct(sub, { price: 500 });
  await changesTo(sub, cheaper, 'prorate');
  await sub.livesUntil('2027-05-01');
  expect(await bills(sub)).toEqual(['2027-05-01 cycle paid -3750 balance 3750 (500 -4500 250)']);
  expect(await balance(sub)).toBe(3750);
  expect(await sub.chargesAtProcessor()).toBe(1);
  expect(await broken(sub)).toEqual([]);
});

it('next_period: pending until the renewal, replaced by another, and dropped when asked', async () => {
  const sub = await inMidApril();
  const first = await anotherProduct(sub, { price: 3000 });
  const second = await anotherProduct(sub, { price: 4000, every: 'year', benefit: 'A box at the opera' });
  await changesTo(sub, first, 'next_period');
  await changesTo(sub, second, 'next_period');
  expect(await sub.row()).toMatchObject({ amount: 2000, pendingChange: expect.anything() });

  await sub.livesUntil('2027-05-01');
  expect(await sub.row()).toMatchObject({ amount: 4000, pendingChange: null, recurringInterval: 'year' });
  expect(await sub.period()).toEqual(['2027-05-01', '2028-05-01']);
  expect(await bills(sub)).toEqual(['2027-05-01 cycle paid 4000 (4000)']);
  expect(await sub.benefits()).toEqual(['A box at the opera']);

  await changesTo(sub, first, 'next_period');
  await sub.process.clearPendingChange();
  await changesTo(sub, first, 'next_period');
  await changesTo(sub, second);
  expect((await sub.row()).pendingChange).toBeNull();
  expect(await broken(sub)).toEqual([]);
});

it('reset: the whole price now, and a new anchor', async () => {
  const sub = await inMidApril();
  const dearer = await anotherProduct(sub, { price: 4000 });
  await changesTo(sub, dearer, 'reset');
  expect(await sub.period()).toEqual([HALF, '2027-05-15']);
  await sub.livesUntil('2027-05-16');
  expect(await bills(sub)).toEqual([`${HALF} update paid 4000 (4000)`, '2027-05-15 cycle paid 4000 (4000)']);
  await sub.cardAnswers('insufficient_funds');
  const dearest = await anotherProduct(sub, { price: 9000 });
  expect((await changesTo(sub, dearest, 'reset')).declined).not.toBeNull();
  expect(await sub.period()).toEqual(['2027-05-15', '2027-06-15']);
  expect(await broken(sub)).toEqual([]);
});

it('another interval: a new period now, with the credit of the old one', async () => {
  const sub = await inMidApril();
  const yearly = await anotherProduct(sub, { price: 20_000, every: 'year' });
  await changesTo(sub, yearly, 'prorate');
  expect(await bills(sub)).toEqual([`${HALF} update paid 19000 (-1000 20000)`]);
  expect(await sub.period()).toEqual([HALF, '2028-04-15']);
  expect(await broken(sub)).toEqual([]);
});

it('in a trial: it is counted anew, and what is over starts a period', async () => {
  const sub = await aSubscription({ trialDays: 14, startedOn: '2027-04-01' });
  await sub.livesUntil('2027-04-09');
  const longer = await anotherProduct(sub, { price: 3000, trialDays: 30 });
  await changesTo(sub, longer);
  expect(await sub.period()).toEqual(['2027-04-01', '2027-05-01']);
  expect(await sub.status()).toBe('trialing');

  const without = await anotherProduct(sub, { price: 4000 });
  await sub.cardAnswers('insufficient_funds');
  expect((await changesTo(sub, without)).declined).not.toBeNull();
  expect(await sub.status()).toBe('trialing');
  await sub.cardAnswers('succeed');
  await changesTo(sub, without);
  expect(await sub.status()).toBe('active');
  expect(await sub.period()).toEqual(['2027-04-09', '2027-05-09']);
  expect((await bills(sub)).slice(1)).toEqual(['2027-04-09 update paid 4000 (4000)']);
  expect(await broken(sub)).toEqual([]);
});

it.each([
  ['succeed', 'paid'],
  ['insufficient_funds', 'pending'],
])('canceled with a charge that waits and a card that says %s: it is %s before the end', async (answer, status) => {
  const sub = await inMidApril();
  await changesTo(sub, await anotherProduct(sub, { price: 4000 }), 'prorate');
  await sub.cancels();
  await sub.cardAnswers(answer);
  await sub.livesUntil('2027-05-10');
  expect(await sub.status()).toBe('canceled');
  expect(await sub.endedOn()).toBe('2027-05-01');
  expect(await bills(sub)).toEqual([`2027-05-01 update ${status} 1000 (-1000 2000)`]);
  expect(await broken(sub)).toEqual([]);
});

it('revoked with a credit that waits: it becomes balance', async () => {
  const sub = await inMidApril();
  await changesTo(sub, await anotherProduct(sub, { price: 500 }), 'prorate');
  await sub.isRevoked();
  expect(await balance(sub)).toBe(750);
  expect(await broken(sub)).toEqual([]);
});

it('is refused while set to end, to pause, paused or past due', async () => {
  const sub = await inMidApril();
  const other = await anotherProduct(sub, { price: 500 });
  await sub.cancels();
  await expect(changesTo(sub, other)).rejects.toThrow('set to end');
  await sub.process.uncancel();
  await sub.process.pause(null);
  await expect(changesTo(sub, other)).rejects.toThrow('set to pause');
  await sub.livesUntil('2027-05-02');
  await expect(changesTo(sub, other)).rejects.toThrow('is paused');
  await sub.cardAnswers('insufficient_funds');
  await sub.process.resume();
  await expect(changesTo(sub, other)).rejects.toThrow('unpaid order');
});

it('twenty at once: one after the other, each charged or credited once', async () => {
  const sub = await inMidApril();
  const { product } = await sub.row();
  const dearer = await anotherProduct(sub, { price: 4000 });
  const wishes = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? dearer : product.id));
  await Promise.all(wishes.map((wish) => changesTo(sub, wish, 'invoice')));
  const billed = await bills(sub);
  const sums = billed.map((bill) => Number(bill.split(' ')[3]));
  expect(billed.every((bill) => bill.includes(' paid '))).toBe(true);
  expect(Math.abs(sums.reduce((sum, total) => sum + total, 0) - ((await sub.row()).amount - 2000) / 2)).toBeLessThan(2);
  expect(await broken(sub)).toEqual([]);
});
