/** What the processor keeps of a payment reaches the books, also where it says so only later. */
import { LedgerEntry } from '../../db/entities/ledger.ts';
import { Payment } from '../../db/entities/payment.ts';
import { relay } from '../../worker/relay.ts';
import { broken } from './products.ts';
import { aSubscription, type Life, livesInAWorldOfTheirOwn, theWorld } from './support.ts';

livesInAWorldOfTheirOwn();

const HOUR = 60 * 60_000;

async function sandbox(path: string, body: object): Promise<void> {
  const answer = await fetch(`${theWorld().sandboxUrl}/_sandbox/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

const feesAre = (withheld: boolean) => sandbox('fees', { withheld });

async function known({ ids: { customerId, organizationId } }: Life) {
  const em = theWorld().orm.em.fork();
  const payments = await em.find(Payment, { customer: customerId, status: 'succeeded' });
  const booked = await em.find(
    LedgerEntry,
    { account: 'processor_fees', transaction: { organization: organizationId } },
    { populate: ['transaction'] },
  );
  return {
    fees: payments.map(({ processorFee }) => processorFee ?? null),
    booked: booked.map(({ amount, transaction }) => `${amount} ${transaction.currency}`),
  };
}

it('is asked for until it is known, and then booked once', async () => {
  const { orm, client, passTime } = theWorld();
  await feesAre(true);
  const sub = await aSubscription({ price: 2000, startedOn: '2027-03-01' });
  await relay(orm, client);
  await passTime(HOUR);
  expect(await known(sub)).toEqual({ fees: [null], booked: [] });

  await feesAre(false);
  await passTime(2 * HOUR);
  expect(await known(sub)).toEqual({ fees: [88], booked: ['88 usd'] });
});

it('is booked in the currency that was charged, though the processor settles in another', async () => {
  const { orm, client, passTime } = theWorld();
  // $20.00 become €17.09, of which €0.80 are kept: $0.94.
  await sandbox('settlement', { settlement: { currency: 'eur', rates: { usd: 0.8547 } } });
  const sub = await aSubscription({ price: 2000, startedOn: '2027-08-01' });
  await sub.livesUntil('2027-09-02');
  expect(await known(sub)).toEqual({ fees: [94, 94], booked: ['94 usd', '94 usd'] });

  await feesAre(true);
  await sub.livesUntil('2027-10-02');
  await relay(orm, client);
  await feesAre(false);
  await passTime(2 * HOUR);
  expect(await known(sub)).toEqual({ fees: [94, 94, 94], booked: ['94 usd', '94 usd', '94 usd'] });
  expect(await broken(sub)).toEqual([]);
});
