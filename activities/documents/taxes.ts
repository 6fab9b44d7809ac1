/** How documents tell of taxes: by rate and jurisdiction, whether within the prices or on top of them. */
import type { AppliedRate, TaxReason } from '../../billing/tax.ts';
import type { Sum } from './layout.ts';
import { country } from './words.ts';

/** What comes on top of the prices, one sum for each tax; where nothing is taxed, that. */
export function addedTaxes(rates: readonly AppliedRate[], tax: number): Sum[] {
  const charged = rates.filter(({ amount }) => amount !== 0);
  if (charged.length === 0) return [{ name: 'Tax', amount: tax }];
  return charged
    .filter(({ behavior }) => behavior === 'exclusive')
    .map((rate) => ({ name: nameOf(rate), amount: rate.amount }));
}

/** What is within the total. */
export function includedTaxes(rates: readonly AppliedRate[]): Sum[] {
  return rates
    .filter(({ behavior, amount }) => behavior === 'inclusive' && amount !== 0)
    .map((rate) => ({ name: `Includes ${nameOf(rate)}`, amount: rate.amount }));
}

const nameOf = (rate: AppliedRate): string => `${rate.name} ${percent(rate.millionths)}, ${where(rate)}`;

/** What the law wants said where nothing is charged, each thing once. */
export function taxNotes(rates: readonly AppliedRate[]): string[] {
  const notes = rates.map((rate) => NOTES[rate.reason](where(rate)));
  return [...new Set(notes.filter((note) => note !== null))];
}

const NOTES: Readonly<Record<TaxReason, (where: string) => string | null>> = {
  standard_rated: () => null,
  not_collecting: () => null,
  not_subject_to_tax: () => null,
  reverse_charge: (where) =>
    `Reverse charge: no tax is charged on this sale. Its recipient accounts for it in ${where}.`,
  exempt: (where) => `Exempt from tax in ${where}.`,
};

/** `20%`, `9.975%`. */
const percent = (millionths: number): string => `${Number((millionths / 10_000).toFixed(4))}%`;

const where = ({ state, country: code }: AppliedRate): string =>
  state === null ? country(code) : `${state}, ${country(code)}`;
