/**
 * Taxes by Stripe Tax. Whether the seller collects at all, and whether the buyer's business accounts for the tax itself,
 * is decided by our own rules, so that many sellers can share one account, which must be registered where they are.
 */
import Stripe from 'stripe';
import type { Taxed } from '../billing/tax.ts';
import { isReverseCharge, stateCode } from '../billing/tax-places.ts';
import type { TaxAnswer, TaxPart, TaxProvider, TaxQuestion } from './provider.ts';
import { TaxAddressRefused, TaxUnavailable } from './provider.ts';
import { taxedLine } from './stripe-lines.ts';
import { answerOfTable, ratesFor } from './table.ts';

/** General goods delivered electronically. https://docs.stripe.com/tax/tax-codes */
const ELECTRONIC_GOODS = 'txcd_10000000';

/** An answer takes half a second. A step in the database waits for up to three of them, and is given up after 20 s. */
const PATIENCE = 5_000;

/** A line of nothing is asked as if it were of this much, for its rates. */
const SOME_AMOUNT = 10_000;

export function stripeTaxes(stripe: Stripe): TaxProvider {
  return {
    async calculate(question) {
      if (!isAsked(question)) return answerOfTable(question);
      const charged = question.parts.filter(({ amount }) => amount > 0);
      const calculated = charged.length > 0 ? await calculation(stripe, question, charged) : null;
      const rest = question.parts.filter(({ amount }) => amount <= 0);
      const other = rest.length > 0 ? await calculation(stripe, question, rest) : null;
      return answerOf(question, calculated, other);
    },
    answerAtOnce: (question) => (isAsked(question) ? null : answerOfTable(question)),
    record: (calculationId, orderId) => recorded(stripe, calculationId, orderId),
  };
}

/**
 * Only where something may be collected, and for an address that Stripe can place: until a buyer has entered theirs, the
 * table's answer is a first guess, which is never recorded.
 */
function isAsked(question: TaxQuestion): boolean {
  const [first] = ratesFor(question);
  const { place } = question.buyer;
  if (place?.country === 'US' && place.postalCode === null) return false;
  if (place?.country === 'CA' && place.postalCode === null && place.state === null) return false;
  return first !== undefined && first.reason !== 'not_collecting';
}

/** What is given back, Stripe is asked as if it were charged; that calculation is never recorded. */
async function calculation(
  stripe: Stripe,
  question: TaxQuestion,
  parts: readonly TaxPart[],
): Promise<Stripe.Tax.Calculation> {
  const ask = (withId: boolean) =>
    stripe.tax.calculations.create(
      {
        currency: question.currency,
        customer_details: customerDetails(question, withId),
        line_items: parts.map(({ amount, behavior }, index) => ({
          amount: amount === 0 ? SOME_AMOUNT : Math.abs(amount),
          reference: String(index),
          tax_behavior: behavior,
          tax_code: ELECTRONIC_GOODS,
        })),
        expand: ['line_items.data.tax_breakdown'],
      },
      { timeout: PATIENCE },
    );
  try {
    return await ask(true).catch((error: unknown) => {
      // An id that is sound by its checksum, but not in Stripe's eyes, changes nothing in what we ask for.
      if (codeOf(error) === 'tax_id_invalid') return ask(false);
      throw error;
    });
  } catch (error) {
    throw trouble(error);
  }
}

function customerDetails(
  { seller, buyer }: TaxQuestion,
  withId: boolean,
): Stripe.Tax.CalculationCreateParams.CustomerDetails {
  const { place, taxId } = buyer;
  if (place === null) return {};
  const state = stateCode(place.country, place.state);
  const sale = { sellerCountry: seller.country, registrations: seller.registrations, taxId };
  const isReversed = isReverseCharge({ ...sale, buyerCountry: place.country, buyerState: state });
  // In the EU and the UK an id alone would make Stripe reverse the charge, also within the seller's own country.
  const isTold = withId && taxId !== null && (isReversed || !['eu_vat', 'gb_vat'].includes(taxId[1]));
  return {
    address: {
      country: place.country,
      ...(state === null ? {} : { state }),
      ...(place.postalCode === null ? {} : { postal_code: place.postalCode }),
      ...(place.city === null ? {} : { city: place.city }),
      ...(place.line1 === null ? {} : { line1: place.line1 }),
    },
    address_source: 'billing',
    ...(isTold ? { tax_ids: [{ type: taxId[1], value: taxId[0] }] } : {}),
    ...(isReversed ? { taxability_override: 'reverse_charge' } : {}),
  };
}

function answerOf(
  question: TaxQuestion,
  calculated: Stripe.Tax.Calculation | null,
  other: Stripe.Tax.Calculation | null,
): TaxAnswer {
  const charged = linesOf(calculated);
  const rest = linesOf(other);
  const parts = question.parts.map((part): Taxed => {
    const line = (part.amount > 0 ? charged : rest).shift();
    if (line === undefined) throw new TaxUnavailable('Stripe has answered fewer lines than it was asked.');
    return taxedLine(line, Math.sign(part.amount));
  });
  return { parts, calculationId: calculated?.id ?? null };
}

const linesOf = (calculated: Stripe.Tax.Calculation | null) => [...(calculated?.line_items?.data ?? [])];

/** The reference makes a second record impossible, also long after the key is forgotten. */
async function recorded(stripe: Stripe, calculationId: string, orderId: string): Promise<string> {
  try {
    const transaction = await stripe.tax.transactions.createFromCalculation(
      { calculation: calculationId, reference: orderId },
      { idempotencyKey: `order/${orderId}/tax` },
    );
    return transaction.id;
  } catch (error) {
    // It stands, under an id that we never heard of and Stripe doesn't list by reference.
    if (codeOf(error) === 'resource_already_exists') return orderId;
    throw trouble(error);
  }
}

const ADDRESS_CODES: ReadonlySet<string> = new Set([
  'customer_tax_location_invalid',
  'invalid_tax_location',
  'country_code_invalid',
  'country_unsupported',
  'state_unsupported',
  'postal_code_invalid',
  'shipping_address_invalid',
]);

const codeOf = (error: unknown) => (error instanceof Stripe.errors.StripeError ? (error.code ?? null) : null);

function trouble(error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  if (ADDRESS_CODES.has(codeOf(error) ?? '')) return new TaxAddressRefused(message, { cause: error });
  return new TaxUnavailable(message, { cause: error });
}
