/**
 * What became of each unit that the customer of a life has used, counted here by itself: it is open until a period closes
 * it, and on one line of one order (or waits for one) from then on, to the unit. Units may be closed without a line only
 * by rule, and that is not calculated but bounded: nobody counted them, or somebody who credits alone; they were covered by
 * credits whole; another subscription took the meter over; their trial was called off. So never is more billed than was
 * used, nor a unit twice. Of the units credited it is known how many may be left, and how many a new period must leave.
 * What lines cost is checked against their own labels.
 */
import { meteredAmount } from '../../billing/metered.ts';
import type { Due } from '../../billing/subscription-state.ts';
import { usageOfCustomer } from '../../db/customer-meters.ts';
import { subjectOfCustomer } from '../../usage/subjects.ts';
import { hold, sumOf } from './checks.ts';
import type { LivesDatabase } from './database.ts';
import { METER, OFFER_NAMES, OFFERS, type Offer, QUOTA } from './offers.ts';
import type { Snapshot, SnapshotOrder } from './snapshot.ts';
import type { Stage } from './stage.ts';

type Line = SnapshotOrder['lines'][number];

interface Metered {
  readonly owner: string | null;
  readonly consumed: number;
  readonly credited: number;
}

const UNSEEN: Metered = { owner: null, consumed: 0, credited: 0 };

export class UsageLedger {
  private readonly database: LivesDatabase;
  private readonly stage: Stage;
  private sent = 0;
  private open = 0;
  private dropped = 0;
  /** By the orders that have been anything but void. */
  private readonly ordered = new Map<string, number>();
  private waiting = 0;
  private meter = UNSEEN;
  private statuses = new Map<string, string>();
  private products = new Map<string, string>();

  constructor(database: LivesDatabase, stage: Stage) {
    this.database = database;
    this.stage = stage;
  }

  /** As the API takes it in. */
  async uses(units: number, now: number): Promise<void> {
    const { organizationId, customerId } = this.stage;
    await this.database.services.events.write({
      organizationId,
      events: [
        {
          ...{ subject: subjectOfCustomer(customerId), customerId, externalCustomerId: null, memberId: null },
          ...{ externalMemberId: null, name: 'call', source: 'user', timestamp: now, externalId: null },
          ...{ parentId: null, metadata: { tokens: units } },
        },
      ],
    });
    this.sent += units;
    this.open += units;
  }

  /** After each write: what was open is so still, or was closed, and then it is on a line or was dropped by rule. */
  async count(snapshot: Snapshot, due?: Due['kind']): Promise<void> {
    const meter = await this.look();
    const { orders, subscriptions } = snapshot;
    const before = { meter: this.meter, open: this.open, billed: this.billed };
    for (const { id, status, lines } of orders) {
      if (status === 'void' && !this.ordered.has(id)) continue;
      const units = sumOf(lines.map(unitsOf));
      hold(units === (this.ordered.get(id) ?? units), 'an order came to say another usage', lines);
      this.ordered.set(id, units);
    }
    this.waiting = sumOf(subscriptions.flatMap(({ waiting }) => waiting).map(unitsOf));
    // What else waits is ordered before the end, which with a trial is only then written down.
    const isEnd = (status: string) => status === 'canceled' || due === 'final_order';
    const ended = subscriptions.some(({ id, status }) => isEnd(status) && this.statuses.get(id) === 'trialing');
    const placed = this.billed - before.billed;
    hold(placed >= 0 || ended, 'usage was forgotten that waits for an order', before, placed);
    hold(placed <= 0 || placed === before.open, 'other units were billed than were used', before, placed);
    if (placed < 0) this.dropped -= placed;
    if (placed > 0 || meter.consumed !== this.open) {
      hold(meter.consumed === 0, 'the balance is not of what was used', this.open, meter, placed);
      if (placed !== this.open) {
        hold(ended || this.mayDrop(meter), 'usage was closed that nobody billed', before, meter);
        this.dropped += this.open;
      }
      this.open = 0;
    }
    const { sent, open, dropped, billed } = this;
    hold(sent === open + dropped + billed, 'units got lost', sent, open, dropped, billed);
    for (const line of [...orders, ...subscriptions.map(({ waiting }) => ({ lines: waiting }))].flatMap(
      (o) => o.lines,
    )) {
      this.checkAmount(line);
    }
    this.meter = meter;
    this.statuses = new Map(subscriptions.map(({ id, status }) => [id, status]));
    this.products = new Map(subscriptions.map(({ id, product }) => [id, product]));
    this.checkCredits(snapshot);
  }

  /** Whoever counts the meter, held the quota before its new period and still does has all of it. */
  checkNewPeriod(id: string, before: Snapshot, after: Snapshot): void {
    const holds = ({ subscriptions }: Snapshot) => isGranted(subscriptions.find((each) => each.id === id));
    if (this.meter.owner !== id || !holds(before) || !holds(after)) return;
    const left = this.meter.credited - this.meter.consumed;
    hold(left >= QUOTA, 'a new period did not credit its units', this.meter);
  }

  /** What its units came to, so that a property can show that they came to everything. */
  get told(): ReadonlyMap<string, number> {
    return new Map([
      ['units billed', this.billed],
      ['units dropped', this.dropped],
    ]);
  }

  private get billed(): number {
    return sumOf([...this.ordered.values()]) + this.waiting;
  }

  private mayDrop({ owner }: Metered): boolean {
    const { meter, open } = this;
    const terms = meter.owner === null ? null : this.usageOf(meter.owner);
    return terms === null || open <= meter.credited || (owner !== meter.owner && owner !== null);
  }

  private usageOf(id: string): Offer['usage'] {
    const product = this.products.get(id);
    const name = OFFER_NAMES.find((each) => this.stage.products[each].id === product);
    return name === undefined ? null : OFFERS[name].usage;
  }

  /** Unused units go with their period: none are left but those of who holds the benefit. */
  private checkCredits({ subscriptions }: Snapshot): void {
    const { consumed, credited } = this.meter;
    const most = QUOTA * subscriptions.filter(isGranted).length;
    hold(credited >= 0 && credited - consumed <= most, 'more is credited than there is', this.meter, most);
  }

  private checkAmount({ label, amount, product_price_id: priceId }: Line): void {
    const said = LABEL.exec(label);
    if (said === null) return;
    const name = OFFER_NAMES.find((each) => this.stage.products[each].meteredPriceIds.some((id) => id === priceId));
    const terms = name === undefined ? null : OFFERS[name].usage;
    if (terms === null) throw new Error(`Nothing is sold at the price of ${label}.`);
    hold(amount === meteredAmount(terms, plain(said[1]), plain(said[2])), 'usage at another price', label, amount);
  }

  private async look(): Promise<Metered> {
    const [of] = await usageOfCustomer(this.database.deps.orm.em.fork(), this.stage.customerId);
    if (of === undefined) return { ...UNSEEN, consumed: this.open };
    const { row, usage } = of;
    return { owner: row.subscriptionId ?? null, consumed: Number(usage.consumed), credited: Number(usage.credited) };
  }
}

const isGranted = (subscription: Snapshot['subscriptions'][number] | undefined): boolean =>
  subscription?.granted.includes('A quota') ?? false;

const LABEL = new RegExp(`^${METER} \\(([\\d,]+)(?:, of which ([\\d,]+) are included)?\\)$`);
const plain = (grouped: string | undefined): string => (grouped ?? '0').replaceAll(',', '');
const unitsOf = ({ label }: Line): number => Number(plain(LABEL.exec(label)?.[1]));

export const isUsage = ({ label }: Line): boolean => LABEL.test(label);
