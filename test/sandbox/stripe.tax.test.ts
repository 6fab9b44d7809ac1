import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type Stripe from 'stripe';
import { type Sandboxed, startSandboxed } from './sandboxed.ts';

let sandboxed: Sandboxed;

beforeAll(async () => {
  sandboxed = await startSandboxed();
});
afterAll(() => sandboxed.close());

type Address = Stripe.Tax.CalculationCreateParams.CustomerDetails.Address;

const calculate = (address: Address, more: Partial<Stripe.Tax.CalculationCreateParams.CustomerDetails> = {}) =>
  sandboxed.stripe.tax.calculations.create({
    currency: 'usd',
    customer_details: { address, address_source: 'billing', ...more },
    line_items: [
      { amount: 1000, reference: 'net', tax_behavior: 'exclusive', tax_code: 'txcd_10000000' },
      { amount: 1200, reference: 'gross', tax_behavior: 'inclusive', tax_code: 'txcd_10000000' },
    ],
    expand: ['line_items.data.tax_breakdown'],
  });

const codeOf = (promise: Promise<unknown>) => promise.catch((error: { code?: string }) => error.code);

it('adds the tax to a net amount and finds it in a gross one', async () => {
  const calculation = await calculate({ country: 'FR' });
  expect(calculation).toMatchObject({ amount_total: 2400, tax_amount_exclusive: 200, tax_amount_inclusive: 200 });
  expect(calculation.line_items?.data[1]?.tax_breakdown).toEqual([
    {
      amount: 200,
      jurisdiction: { country: 'FR', display_name: 'FR', level: 'country', state: null },
      sourcing: 'destination',
      tax_rate_details: { display_name: 'VAT', percentage_decimal: '20', tax_type: 'vat' },
      taxability_reason: 'standard_rated',
      taxable_amount: 1000,
    },
  ]);
});

it.each([
  [
    'a business abroad',
    { country: 'FR' },
    { tax_ids: [{ type: 'eu_vat' as const, value: 'FR40303265045' }] },
    'reverse_charge',
  ],
  ['an override', { country: 'FR' }, { taxability_override: 'customer_exempt' as const }, 'customer_exempt'],
  ['a state without the tax', { country: 'US', state: 'OR', postal_code: '97201' }, {}, 'not_subject_to_tax'],
  ['a country that is not supported', { country: 'AQ' }, {}, 'not_supported'],
])('taxes nothing: %s', async (_, address, more, reason) => {
  const calculation = await calculate(address, more);
  expect(calculation.amount_total).toBe(2200);
  expect(calculation.line_items?.data[0]?.tax_breakdown?.[0]?.taxability_reason).toBe(reason);
});

it('refuses an address that leaves the place open', async () => {
  expect(await codeOf(calculate({ country: 'US', state: 'CA' }))).toBe('customer_tax_location_invalid');
  expect(await codeOf(calculate({ country: 'CA' }))).toBe('customer_tax_location_invalid');
});

it('records a calculation, once for each reference', async () => {
  const { id } = await calculate({ country: 'FR' });
  const given = { calculation: id ?? '', reference: 'order-1' };
  const transaction = await sandboxed.stripe.tax.transactions.createFromCalculation(given);
  expect(transaction).toMatchObject({ object: 'tax.transaction', reference: 'order-1', currency: 'usd' });
  expect(await codeOf(sandboxed.stripe.tax.transactions.createFromCalculation(given))).toBe('resource_already_exists');
  const unknown = { calculation: 'taxcalc_none', reference: 'order-2' };
  expect(await codeOf(sandboxed.stripe.tax.transactions.createFromCalculation(unknown))).toBe('resource_missing');
});
