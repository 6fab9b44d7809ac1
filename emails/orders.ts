/** What was bought, renewed and paid. */
import type { Between, Fact, Letter } from './letter.ts';
import { type Card, cardName, type Words, wordsFor } from './words.ts';

/** Amounts in minor units. */
export interface OrderFacts {
  readonly description: string;
  readonly currency: string;
  readonly totalAmount: number;
  readonly taxAmount: number;
  readonly discountAmount: number;
  /** Added to the total by the customer's balance and wallet: negative where they pay for some of it. */
  readonly appliedBalanceAmount: number;
  /** What of that was prepaid usage. */
  readonly appliedUsageWalletAmount?: number;
  readonly invoiceNumber?: string | null;
  /** Null where nothing was charged. */
  readonly paidWith: Card | null;
}

/** What was bought once. */
export function orderConfirmed({ seller, reader }: Between, order: OrderFacts): Letter {
  const words = wordsFor(reader);
  const isFree = order.totalAmount === 0;
  return {
    subject: `Your purchase of ${order.description}`,
    preview: isFree ? `${order.description} is yours.` : `${words.money(order.totalAmount, order.currency)}, paid.`,
    heading: 'Thank you for your purchase',
    paragraphs: [
      `${order.description} is yours. All that belongs to it, such as keys and invoices, is in your portal.`,
    ],
    facts: [['Product', order.description], ...paymentOf(order, words)],
    button: { label: 'Open your purchases', link: { to: 'portal' } },
    closing: [],
    why: `You get this e-mail because you bought something from ${seller.name}.`,
  };
}

/** What a subscription had left behind when it ended. */
export function debtPaid({ seller, reader }: Between, order: OrderFacts): Letter {
  const words = wordsFor(reader);
  return {
    subject: `Your payment for ${order.description}`,
    preview: `${words.money(order.totalAmount, order.currency)}, paid.`,
    heading: 'Thank you, this is paid',
    paragraphs: [`What was open for ${order.description} is paid. Your subscription to it has ended, and stays so.`],
    facts: [['Product', order.description], ...paymentOf(order, words)],
    button: { label: 'Open your purchases', link: { to: 'portal' } },
    closing: [],
    why: `You get this e-mail because you paid ${seller.name}.`,
  };
}

export interface Renewal {
  readonly order: OrderFacts;
  readonly productName: string;
  readonly periodStart: Date;
  readonly periodEnd: Date;
  /** Null where none is to come. */
  readonly nextPaymentAt: Date | null;
}

/** A further period, and it is paid. */
export function subscriptionCycled(between: Between, renewal: Renewal): Letter {
  const { productName, order } = renewal;
  const words = wordsFor(between.reader);
  return {
    ...receipt(between, renewal),
    subject: `Your subscription to ${productName} was renewed`,
    preview: `${words.money(order.totalAmount, order.currency)} for ${words.period(renewal.periodStart, renewal.periodEnd)}.`,
    heading: 'Your subscription was renewed',
    paragraphs: [`Thank you: your subscription to ${productName} goes on until ${words.day(renewal.periodEnd)}.`],
  };
}

/** The first period after a trial, and it is paid. */
export function subscriptionCycledAfterTrial(between: Between, renewal: Renewal): Letter {
  const { productName, order } = renewal;
  const words = wordsFor(between.reader);
  const paid = order.totalAmount === 0 ? 'Nothing was charged' : words.money(order.totalAmount, order.currency);
  return {
    ...receipt(between, renewal),
    subject: `Your trial is over: your subscription to ${productName} has begun`,
    preview: `${paid} for ${words.period(renewal.periodStart, renewal.periodEnd)}.`,
    heading: 'Your subscription has begun',
    paragraphs: [`Your trial of ${productName} is over, and you are subscribed from now on. Nice to have you.`],
  };
}

export interface UsageBilled {
  readonly order: OrderFacts;
  readonly productName: string;
  /** The end of the meter period. */
  readonly usedUntil: Date;
  /** When usage is billed next. */
  readonly nextBilledAt: Date;
}

/** What was used in a part of a period that is paid in advance, and it is paid. */
export function usageBilled({ seller, reader }: Between, billed: UsageBilled): Letter {
  const { order, productName, usedUntil, nextBilledAt } = billed;
  const words = wordsFor(reader);
  return {
    subject: `Your usage of ${productName}`,
    preview: `${words.money(order.totalAmount, order.currency)} for what you used until ${words.day(usedUntil)}.`,
    heading: 'Your usage is paid',
    paragraphs: [`Thank you: what you used of ${productName} beyond what it includes is paid.`],
    facts: [
      ['Subscription', productName],
      ['Used until', words.day(usedUntil)],
      ...paymentOf(order, words),
      ['Usage is billed next', words.day(nextBilledAt)],
    ],
    button: { label: 'See your invoice', link: { to: 'portal' } },
    closing: ['The invoice, with what was used, is with this order in your portal.'],
    why: `You get this e-mail because you have a subscription with ${seller.name}.`,
  };
}

type Receipt = Pick<Letter, 'facts' | 'button' | 'closing' | 'why'>;

function receipt({ seller, reader }: Between, renewal: Renewal): Receipt {
  const { order, productName, periodStart, periodEnd, nextPaymentAt } = renewal;
  const words = wordsFor(reader);
  const next: Fact[] = nextPaymentAt === null ? [] : [['Next payment', words.day(nextPaymentAt)]];
  return {
    facts: [
      ['Subscription', productName],
      ['Period', words.period(periodStart, periodEnd)],
      ...paymentOf(order, words),
      ...next,
    ],
    button: { label: 'See your invoice', link: { to: 'portal' } },
    closing: ['The invoice is with this order in your portal, where you can change or cancel your subscription too.'],
    why: `You get this e-mail because you have a subscription with ${seller.name}.`,
  };
}

/** How a total came about and how it was paid; a total of nothing is one line. */
function paymentOf(order: OrderFacts, { money }: Words): Fact[] {
  const { currency, totalAmount, taxAmount, discountAmount, appliedBalanceAmount, invoiceNumber, paidWith } = order;
  const { appliedUsageWalletAmount: prepaid = 0 } = order;
  const ofBalance = appliedBalanceAmount - prepaid;
  const facts: Fact[] = [];
  if (discountAmount > 0) facts.push(['Discount', money(-discountAmount, currency)]);
  if (taxAmount > 0) facts.push(['Of which tax', money(taxAmount, currency)]);
  facts.push(['Total', money(totalAmount, currency)]);
  if (prepaid !== 0) facts.push(['From your prepaid usage', money(prepaid, currency)]);
  if (ofBalance !== 0) {
    const balance = ofBalance < 0 ? 'From your balance' : 'Owed from before';
    // A credit is kept for the orders to come.
    facts.push([totalAmount < 0 ? 'Kept as your balance' : balance, money(ofBalance, currency)]);
  }
  if (prepaid !== 0 || ofBalance !== 0) facts.push(['Charged', money(totalAmount + appliedBalanceAmount, currency)]);
  if (paidWith !== null) facts.push(['Paid with', cardName(paidWith)]);
  if (invoiceNumber) facts.push(['Invoice', invoiceNumber]);
  return facts;
}
