/** What a customer has to their credit when a subscription ends with an order unpaid: all of it is theirs again. */
import { Order } from '../../db/entities/order.ts';
import { anotherProduct, balance, bills, broken, changesTo } from './products.ts';
import { aSubscription, type Life, livesInAWorldOfTheirOwn, theWorld } from './support.ts';

livesInAWorldOfTheirOwn();

/** In mid-April, at $20 a month, with a balance of $10 from a plan of $40. */
async function withTenDollars(): Promise<Life> {
  const sub = await aSubscription({ price: 4000, startedOn: '2027-04-01' });
  await sub.livesUntil('2027-04-15');
  await changesTo(sub, await anotherProduct(sub, { price: 2000 }), 'invoice');
  expect(await balance(sub)).toBe(1000);
  return sub;
}

/** What was billed after the change that made the balance. */
const laterBills = async (sub: Life) => (await bills(sub)).slice(1);

async function nothingIsTriedAnyMore(sub: Life): Promise<void> {
  const unpaid = await theWorld()
    .orm.em.fork()
    .find(Order, { subscription: sub.ids.subscriptionId, status: 'pending' });
  expect(unpaid.map(({ nextPaymentAttemptAt }) => nextPaymentAttemptAt)).toEqual([null]);
  expect(await broken(sub)).toEqual([]);
}

it('the last retry is declined: what the balance paid of the renewal is there again', async () => {
  const sub = await withTenDollars();
  await sub.cardAnswers('insufficient_funds');
  await sub.livesUntil('2027-05-21');
  expect(await laterBills(sub)).toEqual(['2027-05-01 cycle pending 2000 balance -1000 (2000)']);
  expect(await broken(sub)).toEqual([]);

  await sub.livesUntil('2027-05-23');
  expect(await sub.status()).toBe('canceled');
  expect(await laterBills(sub)).toEqual(['2027-05-01 cycle pending 2000 (2000)']);
  expect(await balance(sub)).toBe(1000);
  await nothingIsTriedAnyMore(sub);
});

it.each([
  ['the card is reported lost', 'lost_card'],
  ['the merchant revokes', 'insufficient_funds'],
])('%s: the same', async (_, reason) => {
  const sub = await withTenDollars();
  await sub.cardAnswers(reason);
  await sub.livesUntil('2027-05-04');
  if ((await sub.status()) === 'past_due') await sub.isRevoked();
  expect(await sub.status()).toBe('canceled');
  expect(await laterBills(sub)).toEqual(['2027-05-01 cycle pending 2000 (2000)']);
  expect(await balance(sub)).toBe(1000);
  await nothingIsTriedAnyMore(sub);
});

it('revoked with a charge that waits and a balance that pays for some of it: the balance stays', async () => {
  const sub = await withTenDollars();
  await changesTo(sub, await anotherProduct(sub, { price: 4900 }), 'prorate');
  await sub.isRevoked();
  expect(await laterBills(sub)).toEqual(['2027-04-15 update pending 1450 (-1000 2450)']);
  expect(await balance(sub)).toBe(1000);
  await nothingIsTriedAnyMore(sub);
});

it('revoked with a charge that waits and a balance that pays for all of it: it does', async () => {
  const sub = await withTenDollars();
  await changesTo(sub, await anotherProduct(sub, { price: 3000 }), 'prorate');
  await sub.isRevoked();
  expect(await laterBills(sub)).toEqual(['2027-04-15 update paid 500 balance -500 (-1000 1500)']);
  expect(await balance(sub)).toBe(500);
  expect(await broken(sub)).toEqual([]);
});

it('the final order of a cancellation is declined: the balance that paid for some of it is there again', async () => {
  const sub = await withTenDollars();
  await changesTo(sub, await anotherProduct(sub, { price: 4900 }), 'prorate');
  await sub.cancels();
  await sub.cardAnswers('insufficient_funds');
  await sub.livesUntil('2027-05-02');
  expect(await sub.status()).toBe('canceled');
  expect((await sub.payments()).map(({ amount }) => amount)).toEqual([450]);
  expect(await laterBills(sub)).toEqual(['2027-05-01 update pending 1450 (-1000 2450)']);
  expect(await balance(sub)).toBe(1000);
  await nothingIsTriedAnyMore(sub);
});

/** At $60 a month, and from mid-April on at $40: $10 are to come back. */
async function withACreditThatWaits(): Promise<Life> {
  const sub = await aSubscription({ price: 6000, startedOn: '2027-04-01' });
  await sub.livesUntil('2027-04-15');
  await changesTo(sub, await anotherProduct(sub, { price: 4000 }), 'prorate');
  return sub;
}

it('a renewal with a credit on it is given up: the credit becomes balance', async () => {
  const sub = await withACreditThatWaits();
  await sub.cardAnswers('insufficient_funds');
  await sub.livesUntil('2027-05-23');
  expect(await sub.status()).toBe('canceled');
  expect(await bills(sub)).toEqual(['2027-05-01 cycle pending 3000 balance 1000 (4000 -3000 2000)']);
  expect(await balance(sub)).toBe(1000);
  await nothingIsTriedAnyMore(sub);
});

it('as it does by revoking the day before', async () => {
  const sub = await withACreditThatWaits();
  await sub.livesUntil('2027-04-29');
  await sub.isRevoked();
  expect(await balance(sub)).toBe(1000);
});

it('a renewal with a credit, for which the balance paid too: both are there', async () => {
  const sub = await aSubscription({ price: 8000, startedOn: '2027-04-01' });
  await sub.livesUntil('2027-04-15');
  await changesTo(sub, await anotherProduct(sub, { price: 6000 }), 'invoice');
  await changesTo(sub, await anotherProduct(sub, { price: 4000 }), 'prorate');
  await sub.cardAnswers('insufficient_funds');
  await sub.livesUntil('2027-05-02');
  expect((await laterBills(sub))[0]).toBe('2027-05-01 cycle pending 3000 balance -1000 (4000 -3000 2000)');
  await sub.isRevoked();
  expect((await laterBills(sub))[0]).toBe('2027-05-01 cycle pending 3000 balance 1000 (4000 -3000 2000)');
  expect(await balance(sub)).toBe(2000);
  await nothingIsTriedAnyMore(sub);
});
