/** What an order of a subscription would come to, by the rules that will make it. */
import { applyBalance, applyBalanceUncharged, applyWallets, type Wallets } from '../billing/balance.ts';
import type { ChangeNow } from '../billing/changes.ts';
import { chargeableIn } from '../billing/chargeable.ts';
import { firstUseAfterMove } from '../billing/discounts.ts';
import { type TaxedOrder, taxedOrder } from '../billing/order-tax.ts';
import type { Line } from '../billing/orders.ts';
import type { TaxSheet } from '../tax/sheet.ts';
import { balancesOf } from './balances.ts';
import { isOfTrial, lineOfEntry } from './billing-entries.ts';
import { entriesToBill, givenBackByBank } from './called-off.ts';
import { orderLinesOf } from './change-orders.ts';
import { type DiscountUse, discountOf, discountOfNewPeriod } from './change-plan.ts';
import { type End, endOf } from './ends.ts';
import type { DiscountRow } from './entities/discount.ts';
import { Price, type PriceRow } from './entities/price.ts';
import { Product, type ProductRow } from './entities/product.ts';
import type { SubscriptionRow } from './entities/subscription.ts';
import { SubscriptionChange } from './entities/subscription-change.ts';
import { linesOf } from './lines.ts';
import { isMeterCycleNext } from './meter-cycles.ts';
import { runningLines } from './metered-lines.ts';
import type { EntityManager } from './orm.ts';
import { priceOrderOf } from './pricing.ts';
import { givenBackByUnpaid } from './unpaid-orders.ts';
import { usageShareOf } from './usage-share.ts';

export interface Quote extends Pick<TaxedOrder, 'lines' | 'totals'> {
  /** Added to the total by the customer's balance and wallet. */
  readonly applied: number;
  /** What of that the wallet for usage pays. */
  readonly fromUsageWallet: number;
  readonly due: number;
}

const NOTHING_APPLIED = { applied: 0, fromUsageWallet: 0, due: 0 };

/** The order that a change would make now, at `at`; where it makes none, what it would leave to the next one. */
export async function quoteOfChange(
  em: EntityManager,
  taxes: TaxSheet,
  row: SubscriptionRow,
  plan: ChangeNow,
  discount: DiscountRow | null,
  at: number,
): Promise<Quote> {
  if (plan.billed !== 'now') {
    const { lines, totals } = await priceOrderOf(em, taxes, row, { lines: plan.lines, discount: 0, at });
    return { lines, totals, ...NOTHING_APPLIED };
  }
  const { lines, discountAmount } = orderLinesOf(row, plan, discount, await entriesToBill(em, row), at);
  return quoteOf(em, taxes, row, lines, discountAmount, at);
}

/** The order that the end of the present period would make, with all that waits for one; a pause makes none. */
export async function quoteOfRenewal(em: EntityManager, taxes: TaxSheet, row: SubscriptionRow): Promise<Quote> {
  const at = row.currentPeriodEnd.getTime();
  if (isPausing(row)) return { ...taxedOrder([], 0, []), ...NOTHING_APPLIED };
  if (row.cancelAtPeriodEnd) return quoteOfEnd(em, taxes, row, endOf(row, false, row.currentPeriodEnd));
  return quoteOfPeriod(em, taxes, row, row, at);
}

/** The order of the period that would begin if what is paused resumed now. */
export async function quoteOfResumption(
  em: EntityManager,
  taxes: TaxSheet,
  row: SubscriptionRow,
  at: number,
): Promise<Quote> {
  const { discountFirstUsedAt: used, currentPeriodEnd: stoppedAt, currency } = row;
  const resting = used ? new Date(firstUseAfterMove(used.getTime(), stoppedAt.getTime(), at)) : null;
  return quoteOfPeriod(em, taxes, row, { discountFirstUsedAt: resting, currency }, at);
}

async function quoteOfPeriod(
  em: EntityManager,
  taxes: TaxSheet,
  row: SubscriptionRow,
  use: DiscountUse,
  start: number,
): Promise<Quote> {
  const isClosedBefore = isMeterCycleNext(row);
  const entries = await entriesToBill(em, row);
  const waiting = entries.filter(({ proration }) => proration || !isClosedBefore).map(lineOfEntry);
  const terms = await termsOfNextPeriod(em, row);
  const period = linesOf(terms);
  const discount = await discountOf(em, row, terms);
  // Who pays late goes on with the period of then, and all that was used by then is of it.
  const until = row.status === 'past_due' ? 'now' : 'period_end';
  const used = isClosedBefore ? [] : await runningLines(em, taxes, row, until);
  const lines = [...period, ...used, ...waiting];
  return quoteOf(em, taxes, row, lines, discountOfNewPeriod(use, lines, discount, start), start);
}

/**
 * The order that the end of a subscription makes, of what waits for one: charged where the end is that of a period which
 * is called off, else left owed or made balance.
 */
export async function quoteOfEnd(em: EntityManager, taxes: TaxSheet, row: SubscriptionRow, end: End): Promise<Quote> {
  const at = end.at.getTime();
  // A trial that is called off costs nothing, and what a meter cycle closes is billed before.
  const isClosedBefore = end.isCharged && isMeterCycleNext(row);
  const isFree = row.status === 'trialing' || isClosedBefore;
  const used = isFree ? [] : await runningLines(em, taxes, row, end.isCharged ? 'period_end' : 'now');
  // What was used in a trial that is called off is not billed, at whichever plan's price.
  const waiting = (await entriesToBill(em, row)).filter((entry) => !isOfTrial(row, entry));
  const entries = waiting.filter(({ proration }) => proration || !isClosedBefore);
  const lines = [...used.filter(({ amount }) => amount !== 0), ...entries.map(lineOfEntry)];
  const discount = discountOfNewPeriod(row, lines, await discountOf(em, row, row), at);
  if (end.isCharged) return quoteOf(em, taxes, row, lines, discount, at);
  return quoteOf(em, taxes, row, lines, discount, at, applyBalanceUncharged, await givenBackByUnpaid(em, row));
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

export async function quoteOf(
  em: EntityManager,
  taxes: TaxSheet,
  row: SubscriptionRow,
  charged: readonly Line[],
  discount: number,
  at: number,
  apply = applyBalance,
  freed: Wallets = { billing: 0, usage: 0 },
): Promise<Quote> {
  const { lines, totals } = await priceOrderOf(em, taxes, row, { lines: charged, discount, at });
  const present = await balancesOf(em, row.customer.id, row.currency);
  const back = await givenBackByBank(em, row);
  const wallets = {
    billing: present.billing + freed.billing + back.billing,
    usage: present.usage + freed.usage + back.usage,
  };
  const usage = wallets.usage > 0 ? await usageShareOf(em, lines, totals.discount) : 0;
  const payable = { total: totals.total, usage };
  return { lines, totals, ...applyWallets(apply, payable, wallets, chargeableIn(row.currency)) };
}
