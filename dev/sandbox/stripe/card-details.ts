/** A card as clients see it, made from what they may give for one, and the private facts kept beside it. */
import type Stripe from 'stripe';
import { z } from 'zod';
import type { Call } from './call.ts';
import type { CardFacts } from './card-verdicts.ts';
import { behaviourOf } from './card-verdicts.ts';
import type { Behaviour, TestCard } from './cards.ts';
import { cardNamed, cardNumbered } from './cards.ts';
import { cardRefused, invalid, missing } from './failures.ts';
import { fingerprintOf } from './ids.ts';
import { address, anything, clearable, integer, text } from './params.ts';

const Typed = z.strictObject({
  number: z.string().max(40),
  exp_month: integer,
  exp_year: integer,
  cvc: z.string().max(10).optional(),
  networks: anything.optional(),
});
export const CardData = z.union([z.strictObject({ token: text }), Typed]);
type CardData = z.output<typeof CardData>;

export const BillingDetails = z.strictObject({
  address: z.union([address, z.literal('')]).optional(),
  email: clearable.optional(),
  name: clearable.optional(),
  phone: clearable.optional(),
  tax_id: clearable.optional(),
});

/** Already agreed with the issuer for payments in the holder's absence, by Stripe's description of this card. */
const SET_UP_BEFORE = '4000003800000446';
const CVC_CHECK_FAILS = '4000000000000101';

export function newCard(data: CardData): { card: Stripe.PaymentMethod.Card; facts: CardFacts } {
  const known = 'token' in data ? cardNamed(data.token) : cardNumbered(data.number);
  if (!known) {
    const id = 'token' in data ? data.token : '';
    throw id.startsWith('pm_')
      ? missing('PaymentMethod', id, 'payment_method')
      : invalid(`No such token: '${id}'`, 'card[token]', 'resource_missing');
  }
  const typed = 'token' in data ? undefined : data;
  if (typed) refuseImpossible(typed, known);
  const expiry = { exp_month: typed?.exp_month ?? 12, exp_year: fullYear(typed?.exp_year ?? thisYear() + 3) };
  const cvcGiven = typed ? typed.cvc !== undefined : true;
  return {
    card: shown(known, expiry, cvcGiven),
    facts: { number: known.number, setUp: known.number === SET_UP_BEFORE, spent: false },
  };
}

function shown(
  card: TestCard,
  expiry: { exp_month: number; exp_year: number },
  cvcGiven: boolean,
): Stripe.PaymentMethod.Card {
  const cvc = card.number === CVC_CHECK_FAILS ? 'fail' : 'pass';
  return {
    brand: card.brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: cvcGiven ? cvc : null },
    country: card.country,
    display_brand: card.brand === 'amex' ? 'american_express' : card.brand,
    ...expiry,
    fingerprint: fingerprintOf(card.number),
    funding: card.funding,
    generated_from: null,
    last4: card.number.slice(-4),
    networks: { available: [card.brand], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: card.brand !== 'amex' },
    wallet: null,
  };
}

function refuseImpossible(typed: z.output<typeof Typed>, card: TestCard): void {
  const wrong = (code: string, message: string, param: string) => cardRefused({ code, message, param }, false);
  const { exp_month: month, cvc } = typed;
  const year = fullYear(typed.exp_year);
  if (month < 1 || month > 12) {
    throw wrong('invalid_expiry_month', "Your card's expiration month is invalid.", 'exp_month');
  }
  const today = new Date();
  if (year > thisYear() + 50 || year < thisYear() || (year === thisYear() && month < today.getUTCMonth() + 1)) {
    throw wrong('invalid_expiry_year', "Your card's expiration year is invalid.", 'exp_year');
  }
  const digits = card.brand === 'amex' ? /^\d{3,4}$/ : /^\d{3}$/;
  if (cvc !== undefined && !digits.test(cvc)) {
    throw wrong('invalid_cvc', "Your card's security code is invalid.", 'cvc');
  }
}

const thisYear = () => new Date().getUTCFullYear();
const fullYear = (year: number) => (year >= 0 && year < 100 ? 2000 + year : year);

export function billingDetails(
  given: z.output<typeof BillingDetails> | undefined,
  present?: Stripe.PaymentMethod.BillingDetails,
): Stripe.PaymentMethod.BillingDetails {
  const was = present ?? { address: null, email: null, name: null, phone: null, tax_id: null };
  const empty = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };
  const address = given?.address === '' ? {} : given?.address;
  return {
    address: { ...empty, ...was.address, ...address },
    email: given?.email === undefined ? was.email : given.email,
    name: given?.name === undefined ? was.name : given.name,
    phone: given?.phone === undefined ? was.phone : given.phone,
    tax_id: given?.tax_id === undefined ? was.tax_id : given.tax_id,
  };
}

/** `owner` is the id of a payment method or a confirmation token. */
export function cardFacts(call: Call, owner: string): CardFacts {
  const facts = call.sandbox.store.fact<CardFacts>(`card ${owner}`);
  if (!facts) throw new Error(`No card is kept for ${owner}`);
  return facts;
}

export function setCardFacts(call: Call, owner: string, facts: CardFacts): void {
  call.sandbox.store.setFact(`card ${owner}`, facts);
}

export function cardBehaviour(facts: CardFacts): Behaviour {
  return behaviourOf(facts, cardNumbered(facts.number).behaviour);
}
