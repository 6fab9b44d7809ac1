/**
 * The sheet of one customer's usage: what was used of each meter since it was closed, by whose periods it is counted, and
 * what they are credited with. docs/decisions/0017 and the table of credits of docs/metered-billing.md, nothing else.
 */
import { amountOf, type Counting, consumed, type Exact, ONE, type Sent, written } from './oracle-naive.ts';
import { BENEFITS, METERS, type Plan } from './oracle-plans-scenario.ts';

/** Of a subscription, as far as its customer's meters are concerned. */
export interface Counted {
  readonly nr: number;
  /** Whose prices and credits it has. */
  metersOf: Plan;
  /** False while it is paused, and once it has ended. */
  counts: boolean;
  /** Of the period by which units are credited. */
  usageSince: number;
}

interface Credit {
  readonly meter: number;
  readonly rollover: boolean;
  units: number;
  isHeld: boolean;
  /** What was unused when the benefit was taken away. */
  left: number | null;
  creditedAt: number;
}

export interface UsageLine {
  readonly label: string;
  readonly amount: number;
}

const hasMeter = ({ prices, benefits }: Plan, meter: number): boolean =>
  prices.some((price) => price.meter === meter) || benefits.some((each) => BENEFITS[each]?.meter === meter);
const bills = ({ prices }: Plan, meter: number): boolean => prices.some((price) => price.meter === meter);

export class MeterSheet {
  private readonly open: Sent[][] = METERS.map(() => []);
  private readonly owners: (Counted | null)[] = METERS.map(() => null);
  /** By subscription and benefit, in the order in which they were first given. */
  private readonly credits = new Map<string, Credit>();
  private readonly subscriptions: Counted[] = [];
  private readonly countings: readonly Counting[];
  /** All that ever came in. */
  readonly sent: Sent[] = [];
  private arriving: { left: number; readonly events: readonly Sent[] } | null = null;
  /** How often something was closed, credited or taken back: between any two of these, what comes in may come in. */
  turns = 0;
  /** Units that were carried over, so that a run can show that there were some. */
  carriedOver = 0;

  constructor(countings: readonly Counting[]) {
    this.countings = countings;
  }

  add(subscription: Counted): void {
    this.subscriptions.push(subscription);
  }

  uses(events: readonly Sent[]): void {
    this.sent.push(...events);
    for (const meter of this.open) meter.push(...events);
  }

  /** They come in after so many turns from now on, all at once; at the latest when they are waited for. */
  comeIn(events: readonly Sent[], afterTurns: number): void {
    this.arriving = { events, left: afterTurns };
  }

  haveComeIn(): void {
    const { arriving } = this;
    this.arriving = null;
    if (arriving !== null) this.uses(arriving.events);
  }

  /** Nothing comes in between what is read after it and what is written. */
  turn(): void {
    this.turns += 1;
    if (this.arriving === null) return;
    if (this.arriving.left === 0) this.haveComeIn();
    else this.arriving.left -= 1;
  }

  private used(meter: number): Exact {
    const counting = this.countings[meter];
    return counting === undefined ? 0n : consumed(counting, this.open[meter] ?? []);
  }

  private creditsOn(meter: number): Credit[] {
    return [...this.credits.values()].filter((each) => each.meter === meter);
  }

  private credited(meter: number): number {
    return this.creditsOn(meter).reduce((sum, { units }) => sum + units, 0);
  }

  balances() {
    return METERS.map((_, meter) => ({ consumed: written(this.used(meter)), credited: String(this.credited(meter)) }));
  }

  owned(subscription: Counted): number[] {
    return METERS.flatMap((_, i) => (this.owners[i] === subscription ? [i] : []));
  }

  /** A line for each meter that it bills, at its own prices, without usage too. */
  lines(subscription: Counted): UsageLine[] {
    return subscription.metersOf.prices
      .filter(({ meter }) => this.owners[meter] === subscription)
      .map(({ meter, unitAmount, cap }) => {
        const [used, credited] = [this.used(meter), this.credited(meter)];
        const included = credited > 0 ? `, of which ${grouped(String(credited))} are included` : '';
        const label = `${METERS[meter]?.name} (${grouped(written(used))}${included})`;
        return { label, amount: amountOf(used, BigInt(credited), unitAmount, cap) };
      });
  }

  /** What was used is taken off the credits, those that vanish first before the others; counting begins anew. */
  close(meters: readonly number[]): void {
    for (const meter of meters) {
      for (const [credit, used] of this.spent(meter)) credit.units -= used;
      this.open[meter] = [];
    }
  }

  private spent(meter: number): Map<Credit, number> {
    const used = this.used(meter);
    let units = used <= 0n ? 0 : Number((used + ONE - 1n) / ONE);
    const inOrder = this.creditsOn(meter).sort((a, b) => Number(a.rollover) - Number(b.rollover));
    return new Map(
      inOrder.map((credit) => {
        const taken = Math.min(units, credit.units);
        units -= taken;
        return [credit, taken];
      }),
    );
  }

  /** It counts from now on what nobody else does, or what it bills and the other one only credits. */
  take(subscription: Counted, closed: readonly number[] = []): number[] {
    this.turn();
    const taken = METERS.flatMap((_, meter) => {
      const owner = this.owners[meter] ?? null;
      const plan = subscription.metersOf;
      if (owner === subscription || !hasMeter(plan, meter)) return [];
      const isFree = owner === null || (bills(plan, meter) && !bills(owner.metersOf, meter));
      return isFree ? [meter] : [];
    });
    for (const meter of taken) this.owners[meter] = subscription;
    this.close(taken.filter((meter) => !closed.includes(meter)));
    return taken;
  }

  /** It counts no more: the next of the customer's that has the meter does, one that bills it first. */
  release(subscription: Counted): void {
    for (const meter of this.owned(subscription)) {
      const others = this.subscriptions.filter(
        (each) => each !== subscription && each.counts && hasMeter(each.metersOf, meter),
      );
      this.owners[meter] = others.find((each) => bills(each.metersOf, meter)) ?? others[0] ?? null;
    }
  }

  // Credits

  private creditOf(subscription: Counted, benefit: number): Credit | undefined {
    return this.credits.get(`${subscription.nr}/${benefit}`);
  }

  holds(subscription: Counted, benefit: number): boolean {
    return this.creditOf(subscription, benefit)?.isHeld ?? false;
  }

  /** With the grant: whole, or as it was left where it comes back in the period that it was credited for. */
  grant(subscription: Counted, benefit: number, at: number): void {
    const given = BENEFITS[benefit];
    if (given === undefined || this.holds(subscription, benefit)) return;
    const credit = this.creditOf(subscription, benefit);
    if (credit === undefined) {
      const fresh = { ...given, isHeld: true, left: null, creditedAt: at };
      this.credits.set(`${subscription.nr}/${benefit}`, fresh);
      return;
    }
    const left = credit.left ?? 0;
    const isSamePeriod = credit.creditedAt >= subscription.usageSince;
    if (!isSamePeriod) credit.creditedAt = at;
    credit.units += isSamePeriod ? left : given.units + (given.rollover ? left : 0);
    credit.isHeld = true;
  }

  /** What is unused goes; what was used stays until the meter is closed. */
  takeBack(subscription: Counted, benefit: number): void {
    const credit = this.creditOf(subscription, benefit);
    if (!credit?.isHeld) return;
    this.turn();
    const isCounted = this.owners[credit.meter] !== null;
    const used = isCounted ? (this.spent(credit.meter).get(credit) ?? 0) : 0;
    credit.left = credit.units - used;
    credit.units = used;
    credit.isHeld = false;
  }

  /** With a new period: what is left goes or is carried over, and what is used of a meter that is not closed stays. */
  anew(subscription: Counted, benefits: readonly number[], closed: readonly number[], at: number): void {
    this.turn();
    for (const benefit of benefits) {
      const [credit, given] = [this.creditOf(subscription, benefit), BENEFITS[benefit]];
      if (!credit?.isHeld || given === undefined) continue;
      const used = closed.includes(credit.meter) ? 0 : (this.spent(credit.meter).get(credit) ?? 0);
      if (given.rollover) this.carriedOver += credit.units;
      credit.units = (given.rollover ? credit.units : used) + given.units;
      credit.creditedAt = at;
    }
  }
}

/** With a comma every three digits. */
function grouped(units: string): string {
  const [whole = '', decimals] = units.split('.');
  const spaced = [...whole].map((digit, i) => ((whole.length - i) % 3 === 0 && i > 0 ? `,${digit}` : digit)).join('');
  return decimals === undefined ? spaced : `${spaced}.${decimals}`;
}
