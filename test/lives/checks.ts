/** What must hold after every step of a life, counted here by itself, and what a step may have changed. */
import { minimumCharge } from '../../billing/minimum-charge.ts';
import { DAY } from '../../billing/periods.ts';
import type { ChangePreview, ChargePreview } from '../../schemas/subscription-preview.ts';
import { OFFER_NAMES, OFFERS } from './offers.ts';
import type { Snapshot, SnapshotOrder } from './snapshot.ts';
import type { Stage } from './stage.ts';

const PAID = new Set(['paid', 'refunded', 'partially_refunded']);

export const sumOf = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0);

/** Fails with all that it knows: a life of 60 steps is long to look through. */
export function hold(isTrue: boolean, what: string, ...facts: readonly unknown[]): void {
  if (!isTrue) throw new Error(`${what}: ${facts.map((fact) => JSON.stringify(fact)).join(' ')}`);
}

export function checkMoney(stage: Stage, { orders, payments, balance, books }: Snapshot): void {
  const succeeded = payments.filter(({ status }) => status === 'succeeded');
  const charged = sumOf(succeeded.map(({ amount }) => amount));
  const paid = orders.filter(({ status }) => PAID.has(status));
  const ofBalance = (of: readonly SnapshotOrder[]) => -sumOf(of.map((order) => order.applied_balance_amount));
  const total = sumOf(paid.map((order) => order.total_amount));
  hold(charged + ofBalance(paid) === total, 'charged and balance used are not what was billed', charged, total);
  hold(balance === -ofBalance(orders), 'the balance is not what orders left of it', balance, ofBalance(orders));
  hold(sumOf(Object.values(books)) === 0, 'the books are not balanced', books);
  const kept = (books['processor'] ?? 0) + (books['processor_fees'] ?? 0);
  hold(kept === charged, 'the processor did not get what was charged', books, charged);
  hold(-(books['customer_balance'] ?? 0) === balance, 'the balance is not in the books', books, balance);
  const least = minimumCharge(stage.currency);
  hold(
    payments.every(({ amount }) => amount >= least),
    'less was charged than can be',
    payments,
  );
  // Of three decimals cards take two.
  const step = stage.currency === 'kwd' ? 10 : 1;
  hold(
    payments.every(({ amount }) => amount % step === 0),
    'a card was asked for what none takes',
    payments,
  );
  for (const order of orders) checkOrder(stage, order);
}

function checkOrder(stage: Stage, order: SnapshotOrder): void {
  const whole = sumOf(order.lines.filter(({ proration }) => !proration).map(({ amount }) => amount));
  const prorated = sumOf(order.lines.filter(({ proration }) => proration).map(({ amount }) => amount));
  hold(order.subtotal_amount === whole + prorated, 'lines do not sum to the subtotal', order);
  hold(order.discount_amount >= 0 && order.discount_amount <= whole, 'a discount is more than there is', order);
  const left = order.subtotal_amount - order.discount_amount;
  const asked = stage.tax === 'exclusive' ? left + order.tax_amount : left;
  hold(order.total_amount === asked, 'the total is not what is left and what is added', order);
  const taxed = Math.abs(left) * 19;
  const exact = stage.tax === 'none' ? 0 : taxed / (stage.tax === 'inclusive' ? 119 : 100);
  hold(Math.abs(Math.abs(order.tax_amount) - exact) <= 0.5, 'the tax is not 19 %', order, exact);
  hold(order.tax_amount * left >= 0, 'the tax goes the other way', order);
  hold(order.net_amount === order.subtotal_amount - order.discount_amount, 'net is not what is left', order);
  const due = order.total_amount + order.applied_balance_amount;
  hold(due >= 0, 'less than nothing is due', order);
}

/** Benefits follow from the status alone, and from the days of grace while something is unpaid. */
export function checkBenefits(stage: Stage, { subscriptions }: Snapshot, now: number): void {
  for (const { product, status, granted, past_due_at: pastDueAt } of subscriptions) {
    const name = OFFER_NAMES.find((candidate) => stage.products[candidate].id === product);
    const own = name === undefined ? [] : OFFERS[name].benefits.map((held) => `A ${held}`).toSorted();
    const isInGrace = pastDueAt !== null && now < Date.parse(pastDueAt) + stage.graceDays * DAY;
    const holds = status === 'active' || status === 'trialing' || (status === 'past_due' && isInGrace);
    hold(JSON.stringify(granted) === JSON.stringify(holds ? own : []), 'benefits are not those of', status, granted);
  }
}

const SHOWN = [
  ...(['subtotal_amount', 'discount_amount', 'net_amount', 'tax_amount', 'total_amount'] as const),
  'applied_balance_amount',
] as const;

type Made = { readonly lines: SnapshotOrder['lines']; applied_balance_amount?: number };

/** To the cent, and line by line. */
export function checkAgainstPreview(preview: ChangePreview | ChargePreview, order: SnapshotOrder): void {
  const shown = { lines: preview.lines, ...Object.fromEntries(SHOWN.map((name) => [name, preview[name]])) };
  const made: Made = { lines: order.lines, ...Object.fromEntries(SHOWN.map((name) => [name, order[name]])) };
  // What came to nothing has given back by now what it took.
  if (order.status === 'void') made.applied_balance_amount = preview.applied_balance_amount;
  hold(JSON.stringify(linesFirst(shown)) === JSON.stringify(linesFirst(made)), 'not as previewed', shown, made);
}

const linesFirst = ({ lines, ...sums }: { readonly lines: SnapshotOrder['lines'] }) => [
  lines.map(({ label, amount, proration, product_price_id }) => [label, amount, proration, product_price_id]),
  sums,
];
