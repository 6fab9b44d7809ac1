/** What an order of a subscription would come to, by the rules that will make it. */
import { applyBalance } from '../billing/balance.ts';
import type { ChangeNow } from '../billing/changes.ts';
import { firstUseAfterMove } from '../billing/discounts.ts';
import { minimumCharge } from '../billing/money.ts';
import { type Line, type Totals, totalsOf } from '../billing/orders.ts';
import { balanceOf } from './balances.ts';
import { lineOfEntry, waitingEntries } from './billing-entries.ts';
import { orderLinesOf } from './change-orders.ts';
import { type DiscountUse, discountOf, discountOfNewPeriod } from './change-plan.ts';
import type { DiscountRow } from './entities/discount.ts';
import { Price, type PriceRow } from './entities/price.ts';
import { Product, type ProductRow } from './entities/product.ts';
import type { SubscriptionRow } from './entities/subscription.ts';
import { SubscriptionChange } from './entities/subscription-change.ts';
import { linesOf } from './lines.ts';
import type { EntityManager } from './orm.ts';

export interface Quote {
  readonly lines: readonly Line[];
  readonly totals: Totals;
  /** Added to the total by the customer's balance. */
  readonly applied: number;
  readonly due: number;
}

/** The order that a change would make now; empty where it makes none. */
export async function quoteOfChange(
  em: EntityManager,
  row: SubscriptionRow,
  plan: ChangeNow,
  discount: DiscountRow | null,
): Promise<Quote> {
  if (plan.billed !== 'now') return { lines: plan.lines, totals: totalsOf(plan.lines), applied: 0, due: 0 };
  const { lines, discountAmount } = await orderLinesOf(em, row, plan, discount);
  return quote(em, row, lines, discountAmount);
}

/** The order that the end of the present period would make, with all that waits for one; a pause makes none. */
export async function quoteOfRenewal(em: EntityManager, row: SubscriptionRow): Promise<Quote> {
  if (isPausing(row)) return { lines: [], totals: totalsOf([]), applied: 0, due: 0 };
  if (row.cancelAtPeriodEnd) return quote(em, row, (await waitingEntries(em, row)).map(lineOfEntry), 0);
  return quoteOfPeriod(em, row, row, row.currentPeriodEnd.getTime());
}

/** The order of the period that would begin if what is paused resumed now. */
export async function quoteOfResumption(em: EntityManager, row: SubscriptionRow, at: number): Promise<Quote> {
  const { discountFirstUsedAt: used, currentPeriodEnd: stoppedAt, currency } = row;
  const resting = used ? new Date(firstUseAfterMove(used.getTime(), stoppedAt.getTime(), at)) : null;
  return quoteOfPeriod(em, row, { discountFirstUsedAt: resting, currency }, at);
}

async function quoteOfPeriod(em: EntityManager, row: SubscriptionRow, use: DiscountUse, start: number): Promise<Quote> {
  const waiting = (await waitingEntries(em, row)).map(lineOfEntry);
  const terms = await termsOfNextPeriod(em, row);
  const period = linesOf(terms);
  const discount = await discountOf(em, row, terms);
  return quote(em, row, [...period, ...waiting], discountOfNewPeriod(use, period, discount, start));
}

/** What waits for an order does so until it resumes. */
export const isPausing = ({ status, pauseAtPeriodEnd }: SubscriptionRow): boolean =>
  status === 'paused' || pauseAtPeriodEnd;

async function termsOfNextPeriod(em: EntityManager, row: SubscriptionRow) {
  const change = row.pendingChange ? await em.findOneOrFail(SubscriptionChange, row.pendingChange.id) : null;
  const { product, price, amount, seats } = change ?? row;
  const [bought, at] = await Promise.all([em.findOneOrFail(Product, product.id), em.findOneOrFail(Price, price.id)]);
  return { product: bought as ProductRow, price: at as PriceRow, amount, seats: seats ?? null };
}

async function quote(
  em: EntityManager,
  row: SubscriptionRow,
  lines: readonly Line[],
  discount: number,
): Promise<Quote> {
  const totals = totalsOf(lines, { discount, tax: 0 });
  const balance = await balanceOf(em, row.customer.id, row.currency);
  return { lines, totals, ...applyBalance(totals.total, balance, minimumCharge(row.currency)) };
}
