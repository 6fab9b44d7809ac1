/**
 * Taxes from a table, without a word to anybody: rates by country, and by state in the US and Canada. Good for a start;
 * it knows nothing of counties and cities, nor of what a state taxes less.
 */

import { type TaxRate, type TaxReason, taxOn } from '../billing/tax.ts';
import { collects, isOutsideVat, isReverseCharge, stateCode } from '../billing/tax-places.ts';
import type { TaxAnswer, TaxProvider, TaxQuestion } from './provider.ts';
import { taxesAt, taxName } from './rates.ts';

export const tableOfTaxes: TaxProvider = {
  async calculate(question) {
    return answerOfTable(question);
  },
  answerAtOnce: answerOfTable,
  async record(calculationId) {
    throw new Error(`The table records nothing, so it has never named ${calculationId}.`);
  },
};

export function answerOfTable(question: TaxQuestion): TaxAnswer {
  const rates = ratesFor(question);
  const parts = question.parts.map(({ amount, behavior }) => taxOn(amount, behavior, rates));
  return { parts, calculationId: null };
}

/** What is collected from this buyer. Where nothing is, one rate of 0 says why; none at all: the place is unknown. */
export function ratesFor({ seller, buyer, at }: Pick<TaxQuestion, 'seller' | 'buyer' | 'at'>): TaxRate[] {
  const { place, taxId } = buyer;
  if (place === null) return [];
  const { country } = place;
  const state = stateCode(country, place.state);
  const { registrations } = seller;
  const sale = { sellerCountry: seller.country, registrations, buyerCountry: country, buyerState: state, taxId };
  if (isReverseCharge(sale)) return [nothing(country, null, 'reverse_charge')];
  const taxes = taxesAt(country, state, at);
  const collected = taxes.filter((tax) => collects(registrations, country, tax.state));
  if (collected.length > 0) return collected.map((tax) => ({ country, ...tax, reason: 'standard_rated' }));
  const isRegistered =
    (!isOutsideVat(country, state) && collects(registrations, country, null)) ||
    (state !== null && collects(registrations, country, state));
  return [nothing(country, state, isRegistered && taxes.length === 0 ? 'not_subject_to_tax' : 'not_collecting')];
}

/** Whose tax isn't collected: the state's where it has its own, such as in the US. */
function nothing(country: string, state: string | null, reason: TaxReason): TaxRate {
  return { country, state: country === 'US' ? state : null, name: taxName(country), millionths: 0, reason };
}
