import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { aCustomerWith, eventually, renewal, type Sandboxed, startSandboxed } from './sandboxed.ts';

let sandboxed: Sandboxed;

beforeAll(async () => {
  sandboxed = await startSandboxed();
});
afterAll(() => sandboxed.close());

it('says what it keeps of a payment only later, while a test withholds it', async () => {
  const { stripe, receiver } = sandboxed;
  const saved = await aCustomerWith(stripe, 'pm_card_visa');
  await sandboxed.order('fees', { withheld: true });
  const { latest_charge } = await renewal(stripe, saved);
  const charge = await stripe.charges.retrieve(String(latest_charge), { expand: ['balance_transaction'] });
  expect(charge).toMatchObject({ status: 'succeeded', balance_transaction: null });

  await sandboxed.order('fees', { withheld: false });
  const known = await stripe.charges.retrieve(charge.id, { expand: ['balance_transaction'] });
  expect(known.balance_transaction).toMatchObject({ fee: 88, source: charge.id });
  await eventually(() => receiver.typesAbout(charge.id).includes('charge.updated'));
});

it('settles in another currency, fee and all, while a test says so', async () => {
  const { stripe } = sandboxed;
  const saved = await aCustomerWith(stripe, 'pm_card_visa');
  const settles = (settlement: object | null) => sandboxed.order('settlement', { settlement });
  const charged = async () => {
    const { latest_charge } = await stripe.paymentIntents.create({
      ...{ amount: 2000, currency: 'eur', ...saved, off_session: true, confirm: true },
    });
    return stripe.charges.retrieve(String(latest_charge), { expand: ['balance_transaction'] });
  };
  await settles({ currency: 'usd', rates: { eur: 1.17 } });
  const charge = await charged();
  expect(charge).toMatchObject({
    ...{ amount: 2000, currency: 'eur' },
    balance_transaction: { amount: 2340, currency: 'usd', exchange_rate: 1.17, fee: 98, net: 2242 },
  });
  const refund = await stripe.refunds.create({ charge: charge.id, expand: ['balance_transaction'] });
  expect(refund).toMatchObject({ amount: 2000, balance_transaction: { amount: -2340, currency: 'usd', fee: 0 } });

  await settles(null);
  expect((await charged()).balance_transaction).toMatchObject({
    ...{ amount: 2000, currency: 'eur', exchange_rate: null, fee: 88 },
  });
});
