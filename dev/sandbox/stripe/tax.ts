/** Stripe Tax: what is taxed in a sale, and, once it is paid, the record of it. */
import type Stripe from 'stripe';
import { z } from 'zod';
import type { Call, Route } from './call.ts';
import { invalid, missing } from './failures.ts';
import { newId, now } from './ids.ts';
import { address, integer, metadata, read, text } from './params.ts';
import { EU, type SandboxTax, taxesOf } from './tax-rates.ts';

/** Where the sandbox's seller sits: businesses of the EU and the UK buy from abroad. */
const HEAD_OFFICE = 'US';
const KEPT_FOR = 90 * 24 * 60 * 60;
const WHOLE = 1_000_000n;

const Details = z.strictObject({
  address,
  address_source: z.enum(['billing', 'shipping']),
  ip_address: text.optional(),
  tax_ids: z.array(z.strictObject({ type: text, value: text })).optional(),
  taxability_override: z.enum(['none', 'customer_exempt', 'reverse_charge']).optional(),
});
const Line = z.strictObject({
  amount: integer,
  quantity: integer.optional(),
  reference: text.optional(),
  tax_behavior: z.enum(['exclusive', 'inclusive']).optional(),
  tax_code: text.regex(/^txcd_\d{8}$/).optional(),
});
const Create = z.strictObject({
  currency: text.length(3),
  customer_details: Details,
  line_items: z.array(Line).min(1),
  tax_date: integer.optional(),
});
const Record = z.strictObject({ calculation: text, reference: text, metadata: metadata.optional() });

type Breakdown = Stripe.Tax.CalculationLineItem.TaxBreakdown;
type CalculatedLine = Stripe.Tax.CalculationLineItem & { tax_breakdown: Breakdown[] };
/** Lines are there unasked, which spares the sandbox to keep them apart. */
type Calculated = Stripe.Tax.Calculation & { id: string; line_items: Stripe.ApiList<CalculatedLine> };

function calculate(call: Call): Calculated {
  const given = read(Create, call.form);
  const { country, state } = locate(given.customer_details.address);
  const taxation = taxationOf(country, state, given.customer_details);
  const id = newId('taxcalc');
  const lines = given.line_items.map((line, index) => calculatedLine(line, index, taxation));
  const sumOf = (behavior: string) =>
    lines.reduce((sum, line) => (line.tax_behavior === behavior ? sum + line.amount_tax : sum), 0);
  const exclusive = sumOf('exclusive');
  const calculation: Calculated = {
    id,
    object: 'tax.calculation',
    amount_total: lines.reduce((sum, line) => sum + line.amount, exclusive),
    currency: given.currency,
    customer: null,
    customer_details: detailsOf(given.customer_details),
    expires_at: now() + KEPT_FOR,
    line_items: { object: 'list', data: lines, has_more: false, url: `/v1/tax/calculations/${id}/line_items` },
    livemode: false,
    ship_from_details: null,
    shipping_cost: null,
    tax_amount_exclusive: exclusive,
    tax_amount_inclusive: sumOf('inclusive'),
    tax_breakdown: [],
    tax_date: given.tax_date ?? now(),
  };
  call.sandbox.store.setFact(id, calculation);
  return calculation;
}

/** As Stripe: the country always; in the US a postal code, in Canada that or a province. */
function locate(given: z.output<typeof address>): { country: string; state: string | null } {
  const { country, state = null, postal_code: postalCode = null } = given;
  const unknown = () =>
    invalid(
      'We could not determine the customer’s tax location based on the provided customer address.',
      'customer_details[address]',
      'customer_tax_location_invalid',
    );
  if (!country || !/^[A-Z]{2}$/.test(country)) throw unknown();
  if (country === 'US' && !/^\d{5}(-\d{4})?$/.test(postalCode ?? '')) throw unknown();
  if (country === 'CA' && !postalCode && !state) throw unknown();
  return { country, state };
}

interface Taxation {
  readonly country: string;
  readonly state: string | null;
  readonly taxes: readonly SandboxTax[];
  /** Why nothing is taxed; null: it is. */
  readonly untaxed: Breakdown['taxability_reason'] | null;
}

function taxationOf(country: string, state: string | null, details: z.output<typeof Details>): Taxation {
  const taxes = taxesOf(country, state);
  const kinds = (details.tax_ids ?? []).map(({ type }) => type);
  const isBusinessAbroad =
    country !== HEAD_OFFICE &&
    ((EU.has(country) && kinds.includes('eu_vat')) || (country === 'GB' && kinds.includes('gb_vat')));
  const untaxed = () => {
    const override = details.taxability_override ?? 'none';
    if (override !== 'none') return override;
    if (isBusinessAbroad) return 'reverse_charge';
    if (taxes === null) return 'not_supported';
    return taxes.length === 0 ? 'not_subject_to_tax' : null;
  };
  return { country, state, taxes: taxes ?? [], untaxed: untaxed() };
}

function calculatedLine(line: z.output<typeof Line>, index: number, taxation: Taxation): CalculatedLine {
  if (line.amount < 0) throw invalid('This value must be greater than or equal to 0.', `line_items[${index}][amount]`);
  const behavior = line.tax_behavior ?? 'exclusive';
  const breakdown = breakdownOf(line.amount, behavior, taxation);
  return {
    id: newId('tax_li'),
    object: 'tax.calculation_line_item',
    amount: line.amount,
    amount_tax: breakdown.reduce((sum, { amount }) => sum + amount, 0),
    livemode: false,
    metadata: null,
    performance_location: null,
    product: null,
    quantity: line.quantity ?? 1,
    reference: line.reference ?? `L${index + 1}`,
    tax_behavior: behavior,
    tax_breakdown: breakdown,
    tax_code: line.tax_code ?? 'txcd_10000000',
  };
}

function breakdownOf(amount: number, behavior: 'exclusive' | 'inclusive', taxation: Taxation): Breakdown[] {
  const { taxes, untaxed, country } = taxation;
  if (untaxed !== null) {
    const level = country === 'US' ? 'state' : 'country';
    return [
      { ...shape(taxation, level), amount: 0, tax_rate_details: null, taxability_reason: untaxed, taxable_amount: 0 },
    ];
  }
  const together = taxes.reduce((sum, { rate }) => sum + BigInt(rate), 0n);
  const base = behavior === 'inclusive' ? WHOLE + together : WHOLE;
  const tax = taxes.map(({ rate }) => rounded(BigInt(amount) * BigInt(rate), base));
  const inPrice = behavior === 'inclusive' ? tax.reduce((sum, part) => sum + part, 0) : 0;
  return taxes.map(({ type, name, level, rate }, index) => ({
    ...shape(taxation, level),
    amount: tax[index] ?? 0,
    tax_rate_details: { display_name: name, percentage_decimal: String(rate / 10_000), tax_type: type },
    taxability_reason: 'standard_rated',
    taxable_amount: amount - inPrice,
  }));
}

const rounded = (numerator: bigint, denominator: bigint) => Number((2n * numerator + denominator) / (2n * denominator));

const shape = ({ country, state }: Taxation, level: SandboxTax['level']) => ({
  jurisdiction: {
    country,
    display_name: (level === 'state' && state) || country,
    level,
    state: level === 'state' ? state : null,
  },
  sourcing: 'destination' as const,
});

function detailsOf(given: z.output<typeof Details>): Stripe.Tax.Calculation.CustomerDetails {
  const { city = null, country = null, line1 = null, line2 = null, postal_code = null, state = null } = given.address;
  return {
    address: { city, country, line1, line2, postal_code, state },
    address_source: given.address_source,
    ip_address: given.ip_address ?? null,
    tax_ids: given.tax_ids ?? [],
    taxability_override: given.taxability_override ?? 'none',
  };
}

/** Once for each reference, whatever the key. */
function record(call: Call): Stripe.Tax.Transaction {
  const { calculation: id, reference, metadata: keys } = read(Record, call.form);
  const { store } = call.sandbox;
  const calculation = store.fact<Calculated>(id);
  if (calculation?.object !== 'tax.calculation') throw missing('tax calculation', id, 'calculation');
  const referred = `tax/${reference}`;
  if (store.fact(referred) !== undefined) {
    throw invalid(
      `A tax transaction with reference '${reference}' already exists.`,
      'reference',
      'resource_already_exists',
    );
  }
  const transaction: Stripe.Tax.Transaction = {
    id: newId('tax'),
    object: 'tax.transaction',
    created: now(),
    currency: calculation.currency,
    customer: null,
    customer_details: calculation.customer_details,
    livemode: false,
    metadata: keys === undefined || keys === '' ? {} : keys,
    posted_at: now(),
    reference,
    reversal: null,
    ship_from_details: null,
    shipping_cost: null,
    tax_date: calculation.tax_date,
    type: 'transaction',
  };
  store.setFact(referred, transaction.id);
  store.setFact(transaction.id, transaction);
  return transaction;
}

export const taxRoutes: Route[] = [
  { method: 'post', path: '/v1/tax/calculations', handle: calculate },
  { method: 'post', path: '/v1/tax/transactions/create_from_calculation', handle: record },
  {
    method: 'get',
    path: '/v1/tax/transactions/:id',
    handle(call) {
      const id = call.path.id ?? '';
      const transaction = call.sandbox.store.fact<Stripe.Tax.Transaction>(id);
      if (transaction?.object !== 'tax.transaction') throw missing('tax transaction', id);
      return transaction;
    },
  },
];
