/** Which taxes a place has, and how high they are on a day: the data of the npm package `sales-tax`, and corrections. */
import table from 'sales-tax/res/sales_tax_rates.json' with { type: 'json' };
import { z } from 'zod';
import { CORRECTIONS } from './rate-corrections.ts';

/** Rates are shares: 0.2 is 20 %. `before` a date, it was another. */
const rated = { type: z.string(), rate: z.number() };
const dated = { ...rated, before: z.record(z.iso.datetime(), z.object(rated)).optional() };
const RateEntry = z.object({ ...dated, states: z.record(z.string(), z.object(dated)).optional() });
export type RateEntry = z.infer<typeof RateEntry>;
type Dated = Omit<RateEntry, 'states'>;

const RATES: Readonly<Record<string, RateEntry>> = {
  ...z.record(z.string(), RateEntry).parse(table),
  ...CORRECTIONS,
};

/** A tax as it stands in a place; `state` where it is the state's own. */
export interface LocalTax {
  readonly name: string;
  readonly state: string | null;
  /** 20 % is 200,000. */
  readonly millionths: number;
}

/**
 * All taxes of a place, the country's first; none: nothing is taxed there, as far as the table knows. States add to the
 * country's rate; where the two are one tax by law (Canada's HST), or the state's stands in for it (the Canaries' IGIC),
 * there is one.
 */
export function taxesAt(country: string, state: string | null, at: number): LocalTax[] {
  const entry = RATES[country];
  if (entry === undefined) return [];
  const whole = rateOn(entry, at);
  const part = state === null ? undefined : entry.states?.[state];
  const own = part && rateOn(part, at);
  if (own === undefined || state === null) return named(country, whole.type, null, whole.rate);
  if (own.type === 'hst') return named(country, 'hst', null, whole.rate + own.rate);
  if (own.rate < 0) return named(country, own.type, state, whole.rate + own.rate);
  return [...named(country, whole.type, null, whole.rate), ...named(country, own.type, state, own.rate)];
}

/** What a place's tax is called on invoices, whether or not it is collected. */
export function taxName(country: string): string {
  return nameOf(country, country === 'US' ? 'sales_tax' : (RATES[country]?.type ?? 'tax'));
}

function named(country: string, type: string, state: string | null, rate: number): LocalTax[] {
  const millionths = Math.round(rate * 1_000_000);
  return millionths === 0 ? [] : [{ name: nameOf(country, type), state, millionths }];
}

/** The rate before the earliest of the changes that are still to come on that day. */
function rateOn({ before = {}, ...now }: Dated, at: number): { readonly type: string; readonly rate: number } {
  const [next] = Object.entries(before)
    .map(([date, rate]) => ({ until: Date.parse(date), rate }))
    .filter(({ until }) => at < until)
    .sort((a, b) => a.until - b.until);
  return next?.rate ?? now;
}

const NAMES: Readonly<Record<string, string>> = {
  vat: 'VAT',
  gst: 'GST',
  hst: 'HST',
  pst: 'PST',
  qst: 'QST',
  igic: 'IGIC',
  sales_tax: 'Sales tax',
  service_tax: 'Service tax',
};

/** Where the law's own name differs from the kind that the table knows. */
const NAMED_OTHERWISE: Readonly<Record<string, string>> = { JP: 'Consumption tax', PR: 'Sales tax' };

function nameOf(country: string, type: string): string {
  return NAMED_OTHERWISE[country] ?? NAMES[type] ?? 'Tax';
}
