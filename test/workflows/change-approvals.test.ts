/** In real time: a change waits for the customer's bank, the processor is asked now and then, and after an hour no more. */
import { bank } from '../sandbox/sandboxed.ts';
import { anotherProduct, bills, broken } from './products.ts';
import { aSubscription, livesInAWorldOfTheirOwn, theWorld } from './support.ts';

livesInAWorldOfTheirOwn();

const MINUTE = 60_000;

/** Its change of product waits; nobody but the process itself will ask how it went. */
async function waiting() {
  const sub = await aSubscription({ startedOn: '2027-04-01' });
  await sub.livesUntil('2027-04-15');
  const productId = await anotherProduct(sub, { price: 4000 });
  await sub.cardAnswers('authentication_required');
  const returnUrl = 'https://shop.example/portal';
  const answer = await sub.process.changeTerms({ wish: { productId }, behavior: 'invoice', returnUrl });
  expect(answer).toMatchObject({ declined: null, waiting: expect.any(String) });
  expect(await bills(sub)).toEqual(['2027-04-15 update pending 1000 (-1000 2000)']);
  expect(await broken(sub)).toEqual([]);
  return sub;
}

it('approved: the processor is asked, and the change is made', async () => {
  const sub = await waiting();
  const { data } = await theWorld().stripe.paymentIntents.list({ limit: 100 });
  const intent = data.find(({ status }) => status === 'requires_action');
  await bank(intent?.next_action?.redirect_to_url?.url, 'approve');
  await sub.cardAnswers('succeed');
  await theWorld().passTime(MINUTE);
  expect(await sub.row()).toMatchObject({ amount: 4000, status: 'active' });
  await sub.livesUntil('2027-05-01');
  expect(await bills(sub)).toEqual(['2027-04-15 update paid 1000 (-1000 2000)', '2027-05-01 cycle paid 4000 (4000)']);
  expect(await broken(sub)).toEqual([]);
});

it('forgotten: after an hour all is as it was', async () => {
  const sub = await waiting();
  await theWorld().passTime(59 * MINUTE);
  expect((await bills(sub))[0]).toContain('pending');
  await theWorld().passTime(2 * MINUTE);
  expect(await bills(sub)).toEqual(['2027-04-15 update void 1000 (-1000 2000)']);
  const { data } = await theWorld().stripe.paymentIntents.list({ limit: 100 });
  expect(data.filter(({ status }) => status === 'requires_action')).toEqual([]);
  await sub.cardAnswers('succeed');
  await sub.livesUntil('2027-05-01');
  expect((await bills(sub)).slice(1)).toEqual(['2027-05-01 cycle paid 2000 (2000)']);
  expect(await broken(sub)).toEqual([]);
});
