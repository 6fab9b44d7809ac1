/** Stripe's documented test cards: their numbers, the names of their tokens, and how each behaves. */
import { cardRefused } from './failures.ts';

/** What a card does when it is used; see card-verdicts.ts for what each means in a given payment. */
export type Behaviour =
  | { readonly kind: 'approves' }
  | { readonly kind: 'declines'; readonly reason: string }
  | { readonly kind: 'declines_once_attached' }
  | { readonly kind: 'authenticates'; readonly unlessSetUp: boolean; readonly thenDeclines?: string };

export interface TestCard {
  readonly number: string;
  readonly brand: string;
  readonly country: string;
  readonly funding: 'credit' | 'debit' | 'prepaid';
  readonly behaviour: Behaviour;
}

const APPROVES: Behaviour = { kind: 'approves' };
const declines = (reason: string): Behaviour => ({ kind: 'declines', reason });
const ALWAYS: Behaviour = { kind: 'authenticates', unlessSetUp: false };

export const PENDING_REFUND = '4000000000007726';
export const DISPUTED = '4000000000000259';
export const REFUND_FAILS = '4000000000005126';

/** Token name (after `pm_card_` or `tok_`), number, behaviour where it is not plain approval. */
const NAMED: readonly (readonly [name: string, number: string, behaviour?: Behaviour])[] = [
  ['visa', '4242424242424242'],
  ['visa_debit', '4000056655665556'],
  ['mastercard', '5555555555554444'],
  ['mastercard_2', '2223003122003222'],
  ['mastercard_debit', '5200828282828210'],
  ['mastercard_prepaid', '5105105105105100'],
  ['amex', '378282246310005'],
  ['discover', '6011111111111117'],
  ['diners', '3056930009020004'],
  ['jcb', '3566002020360505'],
  ['unionpay', '6200000000000005'],
  ['bypassPending', '4000000000000077'],
  ['cvcCheckFail', '4000000000000101'],
  ['riskLevelElevated', '4000000000009235'],
  ['createDispute', DISPUTED],
  ['pendingRefund', PENDING_REFUND],
  ['refundFail', REFUND_FAILS],
  ['chargeCustomerFail', '4000000000000341', { kind: 'declines_once_attached' }],
  ['chargeDeclined', '4000000000000002', declines('generic_decline')],
  ['chargeDeclinedInsufficientFunds', '4000000000009995', declines('insufficient_funds')],
  ['chargeDeclinedLostCard', '4000000000009987', declines('lost_card')],
  ['chargeDeclinedStolenCard', '4000000000009979', declines('stolen_card')],
  ['chargeDeclinedExpiredCard', '4000000000000069', declines('expired_card')],
  ['chargeDeclinedIncorrectCvc', '4000000000000127', declines('incorrect_cvc')],
  ['chargeDeclinedProcessingError', '4000000000000119', declines('processing_error')],
  ['chargeDeclinedVelocityLimitExceeded', '4000000000006975', declines('card_velocity_exceeded')],
  ['chargeDeclinedFraudulent', '4100000000000019', declines('fraudulent')],
  ['radarBlock', '4100000000000019', declines('fraudulent')],
  ['authenticationRequired', '4000002760003184', ALWAYS],
  ['authenticationRequiredOnSetup', '4000002500003155', { kind: 'authenticates', unlessSetUp: true }],
  ['authenticationRequiredSetupForOffSession', '4000003800000446', { kind: 'authenticates', unlessSetUp: true }],
  [
    'authenticationRequiredChargeDeclinedInsufficientFunds',
    '4000008260003178',
    { kind: 'authenticates', unlessSetUp: true, thenDeclines: 'insufficient_funds' },
  ],
  ['threeDSecure2Required', '4000000000003220', ALWAYS],
  ['threeDSecureRequired', '4000000000003063', ALWAYS],
  [
    'threeDSecureRequiredChargeDeclined',
    '4000008400001629',
    { kind: 'authenticates', unlessSetUp: false, thenDeclines: 'generic_decline' },
  ],
  [
    'threeDSecureRequiredProcessingError',
    '4000008400001280',
    { kind: 'authenticates', unlessSetUp: false, thenDeclines: 'processing_error' },
  ],
  ['threeDSecureOptional', '4000000000003055'],
];

/** Cards issued elsewhere: `pm_card_gb`, `tok_de`; digits 7 to 9 are the country's ISO number. */
const COUNTRY_CARDS: Readonly<Record<string, string>> = {
  us: '4242424242424242',
  ae: '4000007840000001',
  ar: '4000000320000021',
  at: '4000000400000008',
  au: '4000000360000006',
  be: '4000000560000004',
  bg: '4000001000000000',
  br: '4000000760000002',
  ca: '4000001240000000',
  ch: '4000007560000009',
  cl: '4000001520000001',
  cn: '4000001560000002',
  co: '4000001700000003',
  cy: '4000001960000008',
  cz: '4000002030000002',
  de: '4000002760000016',
  dk: '4000002080000001',
  ee: '4000002330000009',
  es: '4000007240000007',
  fi: '4000002460000001',
  fr: '4000002500000003',
  gb: '4000008260000000',
  gb_debit: '4000058260000005',
  gr: '4000003000000030',
  hk: '4000003440000004',
  hr: '4000001910000009',
  hu: '4000003480000005',
  ie: '4000003720000005',
  in: '4000003560000008',
  it: '4000003800000008',
  jp: '4000003920000003',
  lt: '4000004400000000',
  lu: '4000004420000006',
  lv: '4000004280000005',
  mt: '4000004700000007',
  mx: '4000004840008001',
  my: '4000004580000002',
  nl: '4000005280000002',
  no: '4000005780000007',
  nz: '4000005540000008',
  pl: '4000006160000005',
  pt: '4000006200000007',
  ro: '4000006420000001',
  se: '4000007520000008',
  sg: '4000007020000003',
  si: '4000007050000006',
  sk: '4000007030000001',
  th: '4000007640000003',
  tw: '4000001580000008',
};

/** ISO numbers of the countries above, and of those whose cards must authenticate. */
const COUNTRY_NUMBERS = new Map(
  Object.entries(COUNTRY_CARDS)
    .filter(([name]) => name !== 'us')
    .map(([name, number]) => [number.slice(6, 9), name.slice(0, 2).toUpperCase()]),
);

const DEBIT = new Set(['4000056655665556', '5200828282828210', '4000058260000005']);

const BY_NAME = new Map<string, TestCard>([
  ...NAMED.map(([name, number, behaviour]) => [name, describe(number, behaviour ?? APPROVES)] as const),
  ...Object.entries(COUNTRY_CARDS).map(([name, number]) => [name, describe(number, APPROVES)] as const),
]);
const BY_NUMBER = new Map([...BY_NAME.values()].map((card) => [card.number, card]));

/** The card behind `pm_card_…` or `tok_…`; Stripe knows declining cards with and without the brand's name. */
export function cardNamed(token: string): TestCard | undefined {
  const name = token.replace(/^(pm_card_|tok_)/, '');
  return BY_NAME.get(name) ?? BY_NAME.get(name.replace(/^visa_/, ''));
}

/** Throws the card error that Stripe gives for a number that is no card, or no test card. */
export function cardNumbered(number: string): TestCard {
  const digits = number.replace(/[ -]/g, '');
  if (!/^\d{12,19}$/.test(digits)) {
    throw cardRefused(
      { code: 'invalid_number', message: 'The card number is not a valid number.', param: 'number' },
      false,
    );
  }
  if (!hasCheckDigit(digits)) {
    throw cardRefused({ code: 'incorrect_number', message: 'Your card number is incorrect.', param: 'number' }, false);
  }
  const card = BY_NUMBER.get(digits);
  if (card) return card;
  throw cardRefused(
    {
      code: 'card_declined',
      decline_code: 'test_mode_live_card',
      message: 'Your card was declined: this sandbox takes only test cards.',
    },
    false,
  );
}

function describe(number: string, behaviour: Behaviour): TestCard {
  const funding = number === '5105105105105100' ? 'prepaid' : DEBIT.has(number) ? 'debit' : 'credit';
  return { number, brand: brandOf(number), country: countryOf(number), funding, behaviour };
}

function countryOf(number: string): string {
  if (number === '6200000000000005') return 'CN';
  return (number.startsWith('4000') && COUNTRY_NUMBERS.get(number.slice(6, 9))) || 'US';
}

function brandOf(number: string): string {
  if (/^4/.test(number)) return 'visa';
  if (/^3[47]/.test(number)) return 'amex';
  if (/^(5[1-5]|2[2-7])/.test(number)) return 'mastercard';
  if (/^(6011|65)/.test(number)) return 'discover';
  if (/^3[068]/.test(number)) return 'diners';
  if (/^35/.test(number)) return 'jcb';
  return 'unionpay';
}

/** Luhn's check, from the right: every second digit doubled. */
function hasCheckDigit(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
