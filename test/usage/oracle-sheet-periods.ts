/** The sheet of one subscription: its plan, its periods by the calendar, and what is due next. */
import { DAY, monthsAfter, share } from './oracle-arithmetic.ts';
import type { Plan } from './oracle-plans-scenario.ts';
import type { Counted } from './oracle-sheet-meters.ts';
import type { Line, Order, Using } from './oracle-sheet-orders.ts';

export interface Wanted {
  readonly plan: Plan;
  readonly seats: number | null;
}

export interface Unpaid {
  readonly order: Order;
  readonly since: number;
  failures: number;
  nextTry: number;
  byHand: number;
  /** Null once they are gone. */
  benefitsEnd: number | null;
}

export type DueKind = 'meter_cycle' | 'renewal' | 'pause' | 'end' | 'resume' | 'retry' | 'grace_end';
export interface Due {
  readonly kind: DueKind;
  readonly at: number;
}

export const priceOf = ({ plan, seats }: Wanted): number => (plan.base ?? 0) * (plan.isBySeats ? (seats ?? 1) : 1);

/** Days after the first failure on which it is tried again. */
export const RETRIES = [2, 7, 14, 21].map((days) => days * DAY);

export class Subscription implements Counted {
  readonly nr: number;
  plan: Plan;
  seats: number | null;
  status: 'trialing' | 'active' | 'past_due' | 'paused' | 'canceled';
  start: number;
  end: number;
  /** Periods are counted from it; 0 is the trial. */
  private anchor: number;
  private period: number;
  private meterPeriod: { readonly start: number; readonly end: number } | null = null;
  trialStart: number | null;
  cancels = false;
  pauses = false;
  resumesAt: number | null = null;
  pending: Wanted | null = null;
  discount: Using | null = null;
  waiting: Line[] = [];
  /** What the present period was charged with, after discount. */
  paidFor: number;
  /** Where its end was moved: by how much that is more than its price for so long a period. */
  private paidBeyond = 0;
  unpaid: Unpaid | null = null;
  counts = true;

  constructor(nr: number, { plan, seats }: Wanted, at: number) {
    this.nr = nr;
    this.plan = plan;
    this.seats = seats;
    const isTrial = plan.trialDays !== null;
    this.status = isTrial ? 'trialing' : 'active';
    this.trialStart = isTrial ? at : null;
    this.start = at;
    this.anchor = at + (plan.trialDays ?? 0) * DAY;
    this.period = isTrial ? 0 : 1;
    this.end = isTrial ? this.anchor : monthsAfter(at, plan.months);
    this.paidFor = isTrial ? 0 : priceOf(this);
    this.enterMeterPeriod(at);
  }

  get metersOf(): Plan {
    return this.plan;
  }

  get meterEnd(): number | null {
    return this.meterPeriod?.end ?? null;
  }

  /** Units are credited, and usage is closed, by meter periods where there are some. */
  get usageSince(): number {
    return this.meterPeriod?.start ?? this.start;
  }

  get usageEnd(): number {
    return this.meterPeriod?.end ?? this.end;
  }

  is(wanted: Wanted): boolean {
    return wanted.plan === this.plan && wanted.seats === this.seats;
  }

  /** The trial is that long now; periods are counted from its end. */
  endsTrial(end: number): void {
    this.end = end;
    this.countsAnew();
    this.enterMeterPeriod(this.start);
  }

  /** In the place of what is left of the period. */
  beginsTrial(at: number, end: number): void {
    this.status = 'trialing';
    this.trialStart = at;
    this.paidBeyond = 0;
    this.endsTrial(end);
  }

  nextPeriod(): void {
    this.period += 1;
    this.enterPeriod();
  }

  /**
   * Later ones are counted from it. What is left of what was paid stays worth as much, and the price is as much more or
   * less as the period is longer or shorter: `price` is the present one of a whole period, after discount.
   */
  movesEnd(end: number, at: number, price: number): void {
    const unused = share(this.paidFor, this.end - at, this.end - this.start);
    this.paidFor = share(unused, end - this.start, end - at);
    this.end = end;
    this.countsAnew();
    this.paidBeyond = this.paidFor - this.byLength(price);
    if (this.meterPeriod === null) return;
    const { start } = this.meterPeriod;
    this.enterMeterPeriod(start);
    this.meterPeriod = { start, end: this.meterPeriod.end };
  }

  /** What a price comes to in the present period, in the place of the one that it was paid at. */
  inPeriod(price: number): number {
    return Math.max(0, this.byLength(price) + this.paidBeyond);
  }

  private byLength(price: number): number {
    // Only one whose end was moved is of another length.
    if (this.status === 'trialing' || this.period > 0) return price;
    return share(price, this.end - this.start, monthsAfter(this.start, this.plan.months) - this.start);
  }

  /** Later ones are counted from it. */
  beginsPeriod(at: number): void {
    this.anchor = at;
    this.period = 1;
    this.enterPeriod();
  }

  /** With the next one, as another interval is counted from its beginning. */
  countsAnew(): void {
    this.anchor = this.end;
    this.period = 0;
  }

  private enterPeriod(): void {
    this.paidBeyond = 0;
    this.start = monthsAfter(this.anchor, this.plan.months * (this.period - 1));
    this.end = monthsAfter(this.anchor, this.plan.months * this.period);
    this.enterMeterPeriod(this.start);
  }

  /**
   * Meter periods are counted from the anchor of the periods, or from the start of one whose end was moved, and none is
   * longer than the one that it is in.
   */
  enterMeterPeriod(at: number): void {
    const { meterMonths } = this.plan;
    if (meterMonths === null) this.meterPeriod = null;
    else if (this.status === 'trialing') this.meterPeriod = { start: this.trialStart ?? this.start, end: this.end };
    else {
      const within = Math.min(at, this.end - 1);
      const from = Math.min(this.anchor, this.start);
      let months = 0;
      while (monthsAfter(from, months + meterMonths) <= within) months += meterMonths;
      const [start, end] = [monthsAfter(from, months), monthsAfter(from, months + meterMonths)];
      this.meterPeriod = { start: Math.max(start, this.start), end: Math.min(end, this.end) };
    }
  }

  /** What was paid late is for the period that runs now; where it was usage alone, that one is to be paid next. */
  skipsMissed(at: number, paid: Order['pays']): void {
    if (this.end <= at) {
      let running = this.period;
      while (monthsAfter(this.anchor, this.plan.months * running) <= at) running += 1;
      const period = paid === 'usage' ? running - 1 : running;
      if (period > this.period) {
        this.period = period;
        this.enterPeriod();
      }
    }
    if (this.meterEnd !== null && this.meterEnd <= at) this.enterMeterPeriod(at);
  }

  due(): Due | null {
    const [first] = this.dues().toSorted((a, b) => a.at - b.at);
    return first ?? null;
  }

  private dues(): Due[] {
    const atEnd: Due = { kind: this.cancels ? 'end' : this.pauses ? 'pause' : 'renewal', at: this.end };
    switch (this.status) {
      case 'trialing':
        return [atEnd];
      case 'active':
        return [
          ...(this.meterEnd !== null && this.meterEnd < this.end
            ? [{ kind: 'meter_cycle', at: this.meterEnd } as const]
            : []),
          atEnd,
        ];
      case 'past_due': {
        const { benefitsEnd = null, nextTry = this.end } = this.unpaid ?? {};
        const grace: Due[] = benefitsEnd === null ? [] : [{ kind: 'grace_end', at: benefitsEnd }];
        return [...grace, { kind: 'retry', at: nextTry }, ...(this.cancels ? [atEnd] : [])];
      }
      case 'paused':
        return this.resumesAt === null ? [] : [{ kind: 'resume', at: this.resumesAt }];
      case 'canceled':
        return [];
    }
  }
}
