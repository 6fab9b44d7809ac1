/** What another plan, or other seats, come to by the rules of docs/billing.md. */
import { DAY, movedBy, share } from './oracle-arithmetic.ts';
import type { Behavior, Plan } from './oracle-plans-scenario.ts';
import type { Sheet } from './oracle-sheet.ts';
import { afterDiscount, costs, covers, discountOn, isOnce, type Line, takenOff } from './oracle-sheet-orders.ts';
import { priceOf, type Subscription, type Wanted } from './oracle-sheet-periods.ts';

const prorated = (amount: number): Line => ({ kind: 'proration', label: '', amount });

export function changes(sheet: Sheet, of: Subscription, wanted: Wanted, behavior: Behavior): void {
  if (of.is(wanted)) of.pending = null;
  else if (behavior === 'next_period') of.pending = wanted;
  else if (of.status === 'trialing') inTrial(sheet, of, wanted);
  else if (behavior === 'reset') newPeriod(sheet, of, wanted, []);
  else if (wanted.plan.months !== of.plan.months) {
    newPeriod(sheet, of, wanted, [prorated(-unused(sheet, of, of.paidFor))].filter(costs));
  } else withinPeriod(sheet, of, wanted, behavior);
}

/** What is left of the period, of an amount for the whole of it. */
const unused = ({ now }: Sheet, { start, end }: Subscription, amount: number): number =>
  share(amount, end - now, end - start);

/** The trial is counted anew from its start, with the length of the new plan's. */
function inTrial(sheet: Sheet, of: Subscription, wanted: Wanted): void {
  const start = of.trialStart ?? of.start;
  const end = wanted.plan === of.plan ? of.end : start + (wanted.plan.trialDays ?? 0) * DAY;
  if (end <= sheet.now) newPeriod(sheet, of, wanted, []);
  else {
    takesHold(sheet, of, wanted);
    of.endsTrial(end);
  }
}

function withinPeriod(sheet: Sheet, of: Subscription, wanted: Wanted, behavior: Behavior): void {
  const price = of.inPeriod(discounted(of, priceOf(wanted)));
  const lines = [prorated(-unused(sheet, of, of.paidFor)), prorated(unused(sheet, of, price))].filter(costs);
  // Who has paid nothing may have no card: it begins once it is paid.
  const isNow = behavior === 'invoice' || of.paidFor === 0;
  if (lines.length > 0 && isNow && !isPaid(sheet, of, lines, false)) return;
  if (lines.length > 0 && !isNow) of.waiting.push(...lines);
  takesHold(sheet, of, wanted);
  of.paidFor = price;
}

/** Sets when it renews next. As many months of its discount are left then as were left before. */
export function movesPeriodEnd(sheet: Sheet, of: Subscription, end: number): void {
  const { discount } = of;
  if (discount?.firstUsed && covers(discount, of.end)) discount.firstUsed = movedBy(discount.firstUsed, of.end, end);
  else if (discount !== null && !covers(discount, of.end)) discount.until = Math.min(of.end, end);
  of.movesEnd(end, sheet.now, discounted(of, priceOf(of)));
}

/** Of a trial that runs, or of one that is given: what was used before is owed, and no month of a discount is lost. */
export function movesTrialEnd(sheet: Sheet, of: Subscription, end: number): void {
  if (of.status !== 'trialing') sheet.keepsUsage(of);
  const { discount } = of;
  if (discount?.firstUsed) discount.firstUsed = movedBy(discount.firstUsed, of.end, end);
  if (of.status === 'trialing') of.endsTrial(end);
  else of.beginsTrial(sheet.now, end);
}

/** By a checkout, in the place of one that costs nothing: whoever buys it wants it to go on, in a period from now on. */
export function upgrades(sheet: Sheet, of: Subscription, plan: Plan, usesBalance: boolean): void {
  const wanted: Wanted = { plan, seats: plan.isBySeats ? 1 : null };
  const lines: Line[] = [{ kind: 'base', label: '', amount: priceOf(wanted) }];
  sheet.money.sell({ subscription: of.nr, reason: 'subscription_update', lines, pays: 'nothing' }, usesBalance);
  of.cancels = false;
  of.pauses = false;
  of.resumesAt = null;
  of.discount = null;
  takesHold(sheet, of, wanted, true);
  of.paidFor = priceOf(wanted);
}

/** What the subscription's discount leaves of a price in the place of the present one. */
function discounted({ discount, start }: Subscription, price: number): number {
  if (discount === null) return price;
  const isUsed =
    discount.firstUsed === null ? !isOnce(discount) : discount.firstUsed === start || covers(discount, start);
  return isUsed ? price - takenOff(discount, price) : price;
}

function newPeriod(sheet: Sheet, of: Subscription, wanted: Wanted, credits: readonly Line[]): void {
  const base: Line = { kind: 'base', label: '', amount: priceOf(wanted) };
  const own = [...credits, base];
  const lines = [...own, ...of.waiting];
  const left = afterDiscount(lines, discountOn(of.discount, lines, sheet.now))[own.indexOf(base)] ?? 0;
  if (!isPaid(sheet, of, own, true)) return;
  takesHold(sheet, of, wanted, true);
  of.paidFor = left;
}

/** By an order of its own, with all that waits for one. Declined, it is as if it had never been asked. */
function isPaid(sheet: Sheet, of: Subscription, own: readonly Line[], isNewPeriod: boolean): boolean {
  const lines = [...own, ...of.waiting];
  // What is for once is for the order of a period.
  const using = !isNewPeriod && of.discount !== null && isOnce(of.discount) ? null : of.discount;
  const discount = discountOn(using, lines, sheet.now);
  const opened = { subscription: of.nr, reason: 'subscription_update', lines, discount, pays: 'nothing' as const };
  const order = sheet.money.open(opened);
  if (!sheet.money.charge(order)) {
    sheet.money.givesBack(order, false);
    order.status = 'void';
    return false;
  }
  of.waiting = [];
  if (of.discount !== null && discount > 0) of.discount.firstUsed ??= sheet.now;
  return true;
}

/** What was used so far was used at the old price, or in the old period, and waits for the next order. */
function takesHold(sheet: Sheet, of: Subscription, wanted: Wanted, isNewPeriod = false): void {
  of.pending = null;
  const held = sheet.held(of).filter((each) => wanted.plan.benefits.includes(each));
  const closed = isNewPeriod || wanted.plan !== of.plan ? sheet.keepsUsage(of) : sheet.meters.owned(of);
  sheet.takesTerms(of, wanted, closed);
  if (isNewPeriod) {
    of.status = 'active';
    of.beginsPeriod(sheet.now);
    sheet.meters.anew(of, held, closed, sheet.now);
  }
  sheet.grants(of);
}
