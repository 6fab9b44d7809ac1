/** A line of Stripe's calculation in our own terms. */
import type Stripe from 'stripe';
import type { Taxed, TaxedRate, TaxReason } from '../billing/tax.ts';
import { taxName } from './rates.ts';

type Line = Stripe.Tax.CalculationLineItem;
type Breakdown = Stripe.Tax.CalculationLineItem.TaxBreakdown;

/** `sign`: -1 where what was asked as charged is given back, 0 where it was asked for its rates alone. */
export function taxedLine(line: Line, sign: number): Taxed {
  const rates = (line.tax_breakdown ?? []).map((breakdown) => rateOf(breakdown, sign));
  const taxed = rates.filter(({ millionths }) => millionths > 0);
  return { tax: sign * line.amount_tax + 0, rates: taxed.length > 0 ? taxed : rates.slice(0, 1) };
}

function rateOf(
  { amount, jurisdiction, tax_rate_details: details, taxability_reason }: Breakdown,
  sign: number,
): TaxedRate {
  const reason = reasonOf(taxability_reason);
  return {
    country: jurisdiction.country,
    state: jurisdiction.level === 'country' ? null : jurisdiction.state,
    name: nameOf(jurisdiction, details),
    millionths: reason === 'standard_rated' && details !== null ? millionthsOf(details.percentage_decimal) : 0,
    reason,
    amount: sign * amount + 0,
  };
}

/** `8.25` percent, exactly. */
function millionthsOf(percentage: string): number {
  const [whole = '0', decimals = ''] = percentage.split('.');
  return Number(whole) * 10_000 + Number(decimals.slice(0, 4).padEnd(4, '0'));
}

const NAMES: Readonly<Record<string, string>> = {
  gst: 'GST',
  hst: 'HST',
  igst: 'GST',
  jct: 'Consumption tax',
  pst: 'PST',
  qst: 'QST',
  rst: 'RST',
  sales_tax: 'Sales tax',
  service_tax: 'Service tax',
  vat: 'VAT',
};

/** Below the state, the jurisdiction is named with it: a county's and a city's tax are else told apart by nothing. */
function nameOf(jurisdiction: Breakdown['jurisdiction'], details: Breakdown['tax_rate_details']): string {
  if (details === null) return taxName(jurisdiction.country);
  const name = NAMES[details.tax_type] ?? details.display_name;
  const isLocal = jurisdiction.level !== 'country' && jurisdiction.level !== 'state';
  return isLocal ? `${name} (${jurisdiction.display_name})` : name;
}

const REASONS: Readonly<Record<string, TaxReason>> = {
  reverse_charge: 'reverse_charge',
  not_collecting: 'not_collecting',
  not_supported: 'not_collecting',
  not_subject_to_tax: 'not_subject_to_tax',
  customer_exempt: 'exempt',
  product_exempt: 'exempt',
  product_exempt_holiday: 'exempt',
  zero_rated: 'exempt',
};

/** All others say how it is taxed: wholly, in part, at a lower rate. */
const reasonOf = (reason: Breakdown['taxability_reason']): TaxReason => REASONS[reason] ?? 'standard_rated';
