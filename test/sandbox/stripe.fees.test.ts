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
