/** What the oracle believes: whose event is of which period, and so what balances, lines, lists and charts must say. */

import type { Credits, Exact } from './oracle-naive.ts';
import { addsTo, amountOf, type Counting, consumed, isCounted, ONE, spent, sumOf, written } from './oracle-naive.ts';
import type { Person, Plan } from './oracle-scenario.ts';
import type { Line, Listed, Shown, Told } from './oracle-world.ts';

const NONE: Credits = { period: 0n, rollover: 0n, forever: 0n };

interface Member {
  /** Of the subscription, if there is one. */
  readonly plan: Plan | null;
  readonly isNamed: boolean;
  /** By meter: numbers of events that are of a period which is over, or nobody's. */
  readonly over: ReadonlyMap<number, ReadonlySet<number>>;
  readonly credits: ReadonlyMap<number, Credits>;
  /** Events of lower numbers came before the running period began. */
  readonly beganAt: number;
}

/** A state of one customer's accounts; each change makes another one, so that several may be considered. */
export class Books {
  readonly meters: readonly Counting[];
  readonly listed: readonly Listed[];
  readonly told: readonly Told[];
  private readonly who: Person;
  private readonly member: Member;

  constructor(who: Person, given: Pick<Books, 'meters' | 'listed' | 'told'>, member: Member) {
    this.who = who;
    this.meters = given.meters;
    this.listed = given.listed;
    this.told = given.told;
    this.member = member;
  }

  static opened(who: Person, isNamed: boolean): Books {
    const member = { plan: null, isNamed, over: new Map(), credits: new Map(), beganAt: 0 };
    return new Books(who, { meters: [], listed: [], told: [] }, member);
  }

  seeing(given: Pick<Books, 'meters' | 'listed' | 'told'>): Books {
    return new Books(this.who, given, this.member);
  }

  private with(change: Partial<Member>): Books {
    return new Books(this.who, this, { ...this.member, ...change });
  }

  /** Which meters the subscription counts by. */
  private get owned(): number[] {
    const { plan } = this.member;
    return [...new Set([...(plan?.prices ?? []), ...(plan?.credits ?? [])].map(({ meter }) => meter))];
  }

  /** Theirs, by whichever name. */
  events(): Listed[] {
    return this.listed.filter(({ nr }) => {
      const told = this.told[nr - 1];
      return told?.happening.who === this.who && (!told.isNamed || this.member.isNamed);
    });
  }

  batchOf = ({ nr }: Listed): number | undefined => this.told[nr - 1]?.batch;

  private used(meter: number, among: (event: Listed) => boolean = () => true): Exact {
    const over = this.member.over.get(meter);
    const counting = this.meters[meter];
    if (counting === undefined) return 0n;
    return consumed(
      counting,
      this.events().filter((event) => !over?.has(event.nr) && among(event)),
    );
  }

  private put(meters: readonly number[], events: readonly Listed[]): ReadonlyMap<number, ReadonlySet<number>> {
    const over = new Map(this.member.over);
    for (const meter of meters) over.set(meter, new Set([...(over.get(meter) ?? []), ...events.map(({ nr }) => nr)]));
    return over;
  }

  credited(meter: number, units: number): Books {
    const before = this.member.credits.get(meter) ?? NONE;
    const credits = new Map(this.member.credits).set(meter, { ...before, forever: before.forever + BigInt(units) });
    return this.with({ credits });
  }

  /** What was used before is nobody's to pay. */
  subscribed(plan: Plan): Books {
    const subscribed = this.with({ plan });
    return subscribed
      .with({ over: subscribed.put(subscribed.owned, this.events()), beganAt: this.told.length + 1 })
      .cycled();
  }

  /** New units of a period, after those of the last are gone or carried over. */
  private cycled(): Books {
    const credits = new Map(this.member.credits);
    for (const [meter, before] of credits) credits.set(meter, { ...before, period: 0n });
    for (const { meter, units, rollover } of this.member.plan?.credits ?? []) {
      const before = credits.get(meter) ?? NONE;
      const kind = rollover ? 'rollover' : 'period';
      credits.set(meter, { ...before, [kind]: before[kind] + BigInt(units) });
    }
    return this.with({ credits });
  }

  /** Of the period that ends, these events. */
  lines(isOfIt: (event: Listed) => boolean): Map<number, Line> {
    return new Map(
      (this.member.plan?.prices ?? []).map(({ meter, unitAmount, cap }) => {
        const used = this.used(meter, isOfIt);
        const credited = sumOf(this.member.credits.get(meter) ?? NONE);
        const line = {
          units: written(used),
          included: String(credited),
          amount: amountOf(used, credited, unitAmount, cap),
        };
        return [meter, line];
      }),
    );
  }

  closed(isOfIt: (event: Listed) => boolean): Books {
    const credits = new Map(this.member.credits);
    for (const meter of this.owned) {
      credits.set(meter, spent(credits.get(meter) ?? NONE, this.used(meter, isOfIt)));
    }
    const over = this.put(this.owned, this.events().filter(isOfIt));
    return this.with({ credits, over, beganAt: this.told.length + 1 }).cycled();
  }

  /** Ended at once: what its plan has credited goes, what was bought stays. */
  ended(): Books {
    const closed = this.closed(() => true);
    const left = [...closed.member.credits].map(([meter, { forever }]) => [meter, { ...NONE, forever }] as const);
    return closed.with({ plan: null, credits: new Map(left) });
  }

  /**
   * The merchant's name for them is known from now on. Of a meter that their subscription counts by, all that came in
   * under it is of the running period, or none: where the first of it came before that.
   */
  named(): Books {
    const named = this.with({ isNamed: true });
    const under = named.events().filter(({ nr }) => this.told[nr - 1]?.isNamed);
    const dropped = this.owned.filter((meter) => {
      const counting = this.meters[meter];
      return counting && under.some((event) => event.nr < this.member.beganAt && addsTo(counting, event));
    });
    return named.with({ over: named.put(dropped, under) });
  }

  /** As the API must show it; a meter that has nothing to do with them may be missing. */
  balances(shown: ReadonlyMap<number, Shown>): Map<number, Shown> {
    return new Map(
      this.meters.flatMap((_, meter) => {
        const used = this.used(meter);
        const credits = sumOf(this.member.credits.get(meter) ?? NONE);
        const expected = {
          consumed: Number(written(used)),
          credited: Number(credits),
          balance: Number(written(credits * ONE - used)),
        };
        const isNothing = used === 0n && credits === 0n && !shown.has(meter);
        return isNothing ? [] : [[meter, expected] as const];
      }),
    );
  }

  isCredited(shown: ReadonlyMap<number, Shown>): boolean {
    return [...this.member.credits].every(([meter, credits]) => shown.get(meter)?.credited === Number(sumOf(credits)));
  }
}

export const countOf = ({ filter }: Counting, events: readonly Listed[]): number =>
  events.filter((event) => isCounted(filter, event)).length;
