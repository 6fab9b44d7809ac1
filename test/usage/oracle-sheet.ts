/**
 * What a merchant would write down of one customer: each order and why, each balance, each period. Written from
 * docs/billing.md and docs/metered-billing.md, with nothing of the product's own code.
 */
import { DAY, movedBy } from './oracle-arithmetic.ts';
import { BENEFITS, countingsOf, type Plan, type Scenario } from './oracle-plans-scenario.ts';
import { MeterSheet } from './oracle-sheet-meters.ts';
import { afterDiscount, costs, covers, discountOn, type Line, type Order, OrderSheet } from './oracle-sheet-orders.ts';
import { type Due, priceOf, RETRIES, Subscription, type Wanted } from './oracle-sheet-periods.ts';

type Opened = Pick<Order, 'reason' | 'lines' | 'discount' | 'pays'>;

export class Sheet {
  readonly meters: MeterSheet;
  readonly money: OrderSheet;
  readonly subscriptions: Subscription[] = [];
  private readonly graceDays: number;
  /** How often something came, so that a run can show what it was made of. */
  readonly told = new Map<string, number>();
  now: number;

  constructor(scenario: Scenario) {
    this.now = scenario.startsAt;
    this.graceDays = scenario.graceDays;
    this.meters = new MeterSheet(countingsOf(scenario));
    this.money = new OrderSheet(scenario.tax);
  }

  tell(what: string): void {
    this.told.set(what, (this.told.get(what) ?? 0) + 1);
  }

  nr(nr: number): Subscription {
    const found = this.subscriptions[nr];
    if (found === undefined) throw new Error(`There is no subscription ${nr}.`);
    return found;
  }

  get living(): Subscription[] {
    return this.subscriptions.filter(({ status }) => status !== 'canceled');
  }

  /** All that is due by then, in the order of time. */
  livesUntil(to: number): void {
    for (;;) {
      const dues = this.living.flatMap((each) => {
        const due = each.due();
        return due !== null && due.at <= to ? [{ each, due }] : [];
      });
      const [first] = dues.toSorted((a, b) => a.due.at - b.due.at);
      if (first === undefined) break;
      this.now = Math.max(this.now, first.due.at);
      this.takeDue(first.each, first.due);
    }
    this.now = Math.max(this.now, to);
  }

  private takeDue(of: Subscription, { kind }: Due): void {
    this.tell(`due ${kind}`);
    const taken: Readonly<Record<Due['kind'], () => void>> = {
      renewal: () => this.renews(of),
      meter_cycle: () => this.closesMeterPeriod(of),
      pause: () => this.pauses(of),
      resume: () => this.resumes(of),
      end: () => this.endsWithPeriod(of),
      retry: () => this.tried(of, true),
      grace_end: () => this.losesAfterGrace(of),
    };
    taken[kind]();
  }

  // Beginning, and going on

  buys(plan: Plan, usesBalance: boolean): void {
    const of = new Subscription(this.subscriptions.length, { plan, seats: plan.isBySeats ? 1 : null }, this.now);
    this.subscriptions.push(of);
    const lines: Line[] = [{ kind: 'base', label: '', amount: of.paidFor }];
    this.money.sell({ subscription: of.nr, reason: 'subscription_create', lines, pays: 'period' }, usesBalance);
    this.meters.add(of);
    this.meters.take(of);
    this.grants(of);
  }

  renews(of: Subscription): void {
    const held = this.held(of);
    const [usage, closed] = this.closed(of);
    this.takesPending(of, closed);
    of.status = 'active';
    of.nextPeriod();
    this.billsPeriod(of, usage);
    // What comes with another plan comes with its grant, and what goes with the old one doesn't go on.
    const goOn = held.filter((each) => of.plan.benefits.includes(each));
    this.meters.anew(of, goOn, closed, this.now);
    this.grants(of);
  }

  private takesPending(of: Subscription, closed: readonly number[]): void {
    const { pending, plan } = of;
    of.pending = null;
    if (pending === null) return;
    this.takesTerms(of, pending, closed);
    if (plan.months !== pending.plan.months) of.countsAnew();
  }

  /** Of the base price in advance, and of the usage that is over. */
  private billsPeriod(of: Subscription, usage: readonly Line[]): void {
    const base: Line = { kind: 'base', label: '', amount: priceOf(of) };
    const lines = [base, ...usage, ...of.waiting];
    of.waiting = [];
    const discount = discountOn(of.discount, lines, of.start);
    if (of.discount !== null) {
      if (!covers(of.discount, of.start)) of.discount = null;
      else if (discount > 0) of.discount.firstUsed ??= of.start;
    }
    of.paidFor = afterDiscount(lines, discount)[0] ?? 0;
    this.charges(of, { reason: 'subscription_cycle', lines, discount, pays: 'period' });
  }

  closesMeterPeriod(of: Subscription): void {
    const held = this.held(of);
    const end = of.usageEnd;
    const [usage, closed] = this.closed(of);
    of.enterMeterPeriod(end);
    const lines = [...usage.filter(costs), ...of.waiting.filter(({ kind }) => kind === 'usage')];
    if (lines.length > 0) {
      of.waiting = of.waiting.filter(({ kind }) => kind !== 'usage');
      const discount = discountOn(of.discount, lines, end);
      if (of.discount !== null && discount > 0) of.discount.firstUsed ??= end;
      this.charges(of, { reason: 'subscription_meter_cycle', lines, discount, pays: 'usage' });
    }
    this.meters.anew(of, held, closed, this.now);
    this.grants(of);
  }

  // Usage, plans and benefits

  /** A line for each meter that it bills; counting begins anew. And which meters it has closed. */
  closed(of: Subscription): [Line[], number[]] {
    this.meters.turn();
    const isOfTrial = of.status === 'trialing';
    const lines = this.meters.lines(of).map((line): Line => ({ kind: 'usage', ...line, isOfTrial }));
    const owned = this.meters.owned(of);
    this.meters.close(owned);
    return [lines, owned];
  }

  /** At the price it was used at, for the next order. Answered: which meters are closed. */
  keepsUsage(of: Subscription): number[] {
    const [usage, closed] = this.closed(of);
    of.waiting.push(...usage.filter(costs));
    return closed;
  }

  /** Another plan brings its own meters; what they have counted so far is closed. */
  takesTerms(of: Subscription, wanted: Wanted, closed: readonly number[]): void {
    const isOtherPlan = wanted.plan !== of.plan;
    const isOtherCycle = wanted.plan.meterMonths !== of.plan.meterMonths;
    if (isOtherPlan) this.meters.release(of);
    of.plan = wanted.plan;
    of.seats = wanted.seats;
    if (isOtherPlan) this.meters.take(of, closed);
    if (isOtherCycle) of.enterMeterPeriod(this.now);
  }

  held(of: Subscription): number[] {
    return of.plan.benefits.filter((each) => this.meters.holds(of, each));
  }

  /** As the plan has it by now. */
  grants(of: Subscription): void {
    this.losesBenefits(of, of.plan.benefits);
    for (const benefit of of.plan.benefits) this.meters.grant(of, benefit, this.now);
    // Unpaid from the moment on in which they come, and without grace.
    if (of.unpaid?.benefitsEnd === this.now) this.losesAfterGrace(of);
  }

  private losesBenefits(of: Subscription, kept: readonly number[] = []): void {
    for (const benefit of BENEFITS.keys()) if (!kept.includes(benefit)) this.meters.takeBack(of, benefit);
  }

  private losesAfterGrace(of: Subscription): void {
    this.losesBenefits(of);
    if (of.unpaid !== null) of.unpaid.benefitsEnd = null;
  }

  // What is charged, and what is not paid

  private charges(of: Subscription, opened: Opened): void {
    const order = this.money.open({ subscription: of.nr, ...opened });
    if (!this.money.charge(order)) this.fails(of, order);
  }

  private fails(of: Subscription, order: Order): void {
    this.tell('declined');
    of.status = 'past_due';
    const [since, benefitsEnd] = [this.now, this.now + this.graceDays * DAY];
    of.unpaid = { order, since, failures: 1, nextTry: since + (RETRIES[0] ?? 0), byHand: 0, benefitsEnd };
  }

  tried(of: Subscription, isScheduled: boolean): void {
    const { unpaid } = of;
    if (unpaid === null) return;
    if (this.money.charge(unpaid.order)) {
      this.recovers(of, unpaid.order);
      return;
    }
    // What is tried by hand doesn't use up the schedule.
    if (isScheduled) unpaid.failures += 1;
    else unpaid.byHand += 1;
    const next = RETRIES[unpaid.failures - 1];
    if (next === undefined) this.ends(of);
    else unpaid.nextTry = unpaid.since + next;
  }

  private recovers(of: Subscription, order: Order): void {
    this.tell('paid late');
    of.status = 'active';
    of.unpaid = null;
    const { usageEnd } = of;
    of.skipsMissed(this.now, order.pays);
    // Nothing was closed: what is used of the units stays used, and those of the present period come on top.
    if (of.usageEnd !== usageEnd) this.meters.anew(of, this.held(of), [], this.now);
    this.grants(of);
  }

  // Pausing and ending

  private pauses(of: Subscription): void {
    this.keepsUsage(of);
    this.countsNoMore(of);
    of.status = 'paused';
    of.pauses = false;
    this.losesBenefits(of);
  }

  resumes(of: Subscription): void {
    of.counts = true;
    of.status = 'active';
    of.resumesAt = null;
    this.takesPending(of, []);
    if (of.discount?.firstUsed) of.discount.firstUsed = movedBy(of.discount.firstUsed, of.end, this.now);
    of.beginsPeriod(this.now);
    this.meters.take(of);
    this.billsPeriod(of, []);
    this.grants(of);
  }

  private countsNoMore(of: Subscription): void {
    of.counts = false;
    this.meters.release(of);
  }

  /** The last usage that there is to pay for; of a trial, nothing is. */
  private lastUsage(of: Subscription): Line[] {
    const [usage] = this.closed(of);
    this.countsNoMore(of);
    // Of one that was paused at its end neither: its usage waits until something is charged.
    of.waiting = of.waiting.filter(({ isOfTrial }) => !isOfTrial);
    return of.status === 'trialing' ? [] : usage.filter(costs);
  }

  private lastOrder(of: Subscription, usage: readonly Line[], isCharged: boolean): void {
    const lines = [...usage, ...of.waiting];
    of.waiting = [];
    if (lines.length === 0) return;
    this.tell(`last order ${isCharged ? 'charged' : 'left'}`);
    const reason = usage.length > 0 ? 'subscription_meter_cycle' : 'subscription_update';
    const discount = discountOn(of.discount, lines, this.now);
    const opened = { subscription: of.nr, reason, lines, discount, pays: 'nothing' as const };
    const order = this.money.open(opened, isCharged);
    if (isCharged && !this.money.charge(order)) this.money.givesBack(order, true);
  }

  private endsWithPeriod(of: Subscription): void {
    if (of.status !== 'past_due') this.lastOrder(of, this.lastUsage(of), true);
    this.ends(of);
  }

  /** Now: what is left to pay stays owed. */
  ends(of: Subscription): void {
    const usage = this.lastUsage(of);
    of.status = 'canceled';
    of.pending = null;
    for (const order of this.money.orders) {
      if (order.subscription === of.nr && order.status === 'pending') this.money.givesBack(order, true);
    }
    this.losesBenefits(of);
    this.lastOrder(of, usage, false);
  }
}
