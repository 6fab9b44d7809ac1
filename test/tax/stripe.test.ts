import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { OrderId } from '../../billing/ids.ts';
import { taxProvider } from '../../tax/index.ts';
import { TaxAddressRefused, type TaxProvider, TaxUnavailable } from '../../tax/provider.ts';
import { withoutRefusals } from '../../tax/refused-addresses.ts';
import { stripeTaxes } from '../../tax/stripe.ts';
import { tableOfTaxes } from '../../tax/table.ts';
import { clientOf, type Sandboxed, startSandboxed } from '../sandbox/sandboxed.ts';
import { CASES, place, questionOf, ratesOf } from './cases.ts';

let sandboxed: Sandboxed;
let provider: TaxProvider;

beforeAll(async () => {
  sandboxed = await startSandboxed();
  provider = stripeTaxes(sandboxed.stripe);
});
afterEach(() => sandboxed.calm());
afterAll(() => sandboxed.close());

const german = questionOf({ of: '', registrations: ['EU'], place: place('DE'), rates: [] });

it.each(CASES.filter(({ tableAlone }) => !tableAlone))('agrees with the table: $of', async (given) => {
  const question = questionOf(given);
  const { parts } = await provider.calculate(question);
  expect(ratesOf(parts[0])).toEqual(given.rates);
  expect(parts).toEqual((await tableOfTaxes.calculate(question)).parts);
});

it('asks for what is charged and for what is given back apart', async () => {
  const parts = [
    { behavior: 'inclusive', amount: -1190 },
    { behavior: 'exclusive', amount: 1000 },
  ] as const;
  const { parts: taxed, calculationId } = await provider.calculate({ ...german, parts });
  expect(taxed.map(({ tax }) => tax)).toEqual([-190, 190]);
  const id = await provider.record(calculationId ?? '', 'order-of-both' as OrderId);
  expect(await recordedTransaction(id)).toMatchObject({ reference: 'order-of-both', type: 'transaction' });
});

it.each([-1450, 0])('has nothing to record of %i', async (amount) => {
  const { calculationId } = await provider.calculate({ ...german, parts: [{ behavior: 'exclusive', amount }] });
  expect(calculationId).toBeNull();
});

it('has nothing to record where nothing is collected', async () => {
  const elsewhere = { ...german, seller: { country: 'US', registrations: ['GB'] } };
  expect((await provider.calculate(elsewhere)).calculationId).toBeNull();
});

it('records a calculation once, however often it is told', async () => {
  const { calculationId } = await provider.calculate(german);
  const first = await provider.record(calculationId ?? '', 'order-1' as OrderId);
  expect(await provider.record(calculationId ?? '', 'order-1' as OrderId)).toBe(first);
});

it('takes a record that stands for done when its key is forgotten', async () => {
  const { calculationId } = await provider.calculate(german);
  await sandboxed.stripe.tax.transactions.createFromCalculation({
    calculation: calculationId ?? '',
    reference: 'order-2',
  });
  expect(await provider.record(calculationId ?? '', 'order-2' as OrderId)).toBe('order-2');
});

it('guesses by the table until there is a postal code', async () => {
  const californian = { ...german, seller: { country: 'US', registrations: ['US-CA'] } };
  const answer = await provider.calculate({ ...californian, buyer: { place: place('US', 'CA'), taxId: null } });
  expect(answer).toMatchObject({ parts: [{ tax: 725 }], calculationId: null });
});

it('tells an address that is wrong from a provider that is not there', async () => {
  const californian = { ...german, seller: { country: 'US', registrations: ['US-CA'] } };
  const misplaced = { ...californian, buyer: { place: place('US', 'CA', 'N1 9GU'), taxId: null } };
  await expect(provider.calculate(misplaced)).rejects.toThrow(TaxAddressRefused);
  expect(await withoutRefusals(provider).calculate(misplaced)).toMatchObject({ parts: [{ tax: 725 }] });

  await sandboxed.order('faults', { kind: 'error', status: 503, match: { path: '/v1/tax' } });
  await expect(provider.calculate(german)).rejects.toThrow(TaxUnavailable);
  await expect(provider.record('taxcalc_x', 'order-3' as OrderId)).rejects.toThrow(TaxUnavailable);
  await expect(stripeTaxes(clientOf('http://127.0.0.1:9')).calculate(german)).rejects.toThrow(TaxUnavailable);
});

describe('the environment', () => {
  it('chooses', () => {
    expect(taxProvider({ TAX_PROVIDER: 'table' }, sandboxed.stripe)).toBe(tableOfTaxes);
    expect(taxProvider({ TAX_PROVIDER: 'stripe' }, sandboxed.stripe)).not.toBe(tableOfTaxes);
  });
});

const recordedTransaction = (id: string) => sandboxed.stripe.tax.transactions.retrieve(id);
