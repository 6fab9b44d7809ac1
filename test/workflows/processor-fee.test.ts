/** What the processor keeps of a payment reaches the books, also where it says so only later. */
import { LedgerEntry } from '../../db/entities/ledger.ts';
import { Payment } from '../../db/entities/payment.ts';
import { relay } from '../../worker/relay.ts';
import { aSubscription, livesInAWorldOfTheirOwn, theWorld } from './support.ts';

livesInAWorldOfTheirOwn();

const HOUR = 60 * 60_000;

async function feesAre(withheld: boolean): Promise<void> {
  await fetch(`${theWorld().sandboxUrl}/_sandbox/fees`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ withheld }),
  });
}

async function known() {
  const em = theWorld().orm.em.fork();
  const payments = await em.find(Payment, { status: 'succeeded' });
  const booked = await em.find(LedgerEntry, { account: 'processor_fees' });
  return { fees: payments.map(({ processorFee }) => processorFee ?? null), booked: booked.map(({ amount }) => amount) };
}

it('is asked for until it is known, and then booked once', async () => {
  const { orm, client, passTime } = theWorld();
  await feesAre(true);
  await aSubscription({ price: 2000, startedOn: '2027-03-01' });
  await relay(orm, client);
  await passTime(HOUR);
  expect(await known()).toEqual({ fees: [null], booked: [] });

  await feesAre(false);
  await passTime(2 * HOUR);
  expect(await known()).toEqual({ fees: [88], booked: [88] });
});
