/**
 * A life: one customer, up to two subscriptions, and whatever happens to them, step by step, each compared with what was
 * previewed and followed by every check. Time is the life's own.
 */
import type { ChargeOutcome } from '../../activities/stripe/outcome.ts';
import type { Behavior } from '../../billing/changes.ts';
import type { PaymentId } from '../../billing/ids.ts';
import { DAY } from '../../billing/periods.ts';
import { type Due, isOver, nextDue } from '../../billing/subscription-state.ts';
import type { Wish } from '../../db/change-plan.ts';
import { TestClock } from '../../db/entities/test-clock.ts';
import { type Buy, buy, isTaken } from './buying.ts';
import { checkChange } from './change-checks.ts';
import { checkAgainstPreview, checkBenefits, checkMoney, hold } from './checks.ts';
import { Costs } from './costs.ts';
import type { LivesDatabase } from './database.ts';
import { carryOutGrants } from './grants.ts';
import { previewOfChange, previewOfCharge } from './previews.ts';
import { type Answer, type Around, Process } from './process.ts';
import { disagreements, newOrders, type Snapshot, snapshotOf } from './snapshot.ts';
import { aStage, type Stage, type StageOptions } from './stage.ts';
import type { CardAnswer, LifeStep } from './steps.ts';
import { isUsage, UsageLedger } from './usage-ledger.ts';

const MOST_LIVING = 2;

export class Life implements Around {
  readonly stage: Stage;
  private readonly database: LivesDatabase;
  private readonly processes: Process[] = [];
  private readonly usage: UsageLedger;
  private readonly costs = new Costs();
  private seen: Snapshot = { orders: [], payments: [], subscriptions: [], balance: 0, books: {} };
  private card: CardAnswer = 'pays';
  private repeated = false;
  private clock: number;
  /** How often something was, by name: so that a property can show what its lives were made of. */
  private readonly happened = new Map<string, number>();

  private constructor(database: LivesDatabase, stage: Stage) {
    this.database = database;
    this.stage = stage;
    this.usage = new UsageLedger(database, stage);
    this.clock = stage.startsAt;
  }

  static async begin(database: LivesDatabase, options: StageOptions): Promise<Life> {
    return new Life(database, await database.deps.orm.em.fork().transactional((em) => aStage(em, options)));
  }

  now(): number {
    return this.clock;
  }

  isRepeated(): boolean {
    return this.repeated;
  }

  get told(): ReadonlyMap<string, number> {
    return new Map([...this.happened, ...this.usage.told]);
  }

  get snapshot(): Snapshot {
    return this.seen;
  }

  async lives(step: LifeStep): Promise<void> {
    this.repeated = step.repeated;
    await this.happens(step);
    // What was asked may have brought something due at once.
    await this.passUntil(this.clock);
    await this.check();
  }

  /** All that the product itself says must hold, and all that is counted here. */
  async check(): Promise<void> {
    const { organizationId } = this.stage;
    this.seen = await this.counted();
    checkMoney(this.stage, this.seen);
    checkBenefits(this.stage, this.seen, this.clock);
    for (const { id, state } of this.processes) {
      const due = nextDue(state);
      hold(due === null || due.at > this.clock, 'something is overdue', id, due, new Date(this.clock));
      hold(state.currentPeriodEnd > state.currentPeriodStart, 'a period ends before it begins', state);
      hold(state.pendingCharge === null, 'a charge is under way', state);
    }
    const wrong = await disagreements(this.database.pool, organizationId);
    hold(wrong.length === 0, 'invariants', wrong);
  }

  /** Whether each of the first two subscriptions has kept its place among the living, by which steps choose them. */
  get hasKeptSlots(): boolean {
    return this.processes.length === 2 && this.living.length === 2;
  }

  get isOver(): boolean {
    return this.living.length === 0;
  }

  /** Looks at what every change and renewal would come to, which is to change nothing. */
  async previews(): Promise<void> {
    const { organizationId, products } = this.stage;
    for (const { id } of this.living) {
      await previewOfCharge(this.database, { organizationId, id });
      await previewOfChange(this.database, { organizationId, id }, { productId: products.pro.id }, 'invoice');
      await previewOfChange(this.database, { organizationId, id }, { seats: 7 }, null);
    }
  }

  private look(): Promise<Snapshot> {
    return snapshotOf(this.database.pool, this.stage.organizationId, this.stage.customerId);
  }

  /** After what was written, with what follows by itself. */
  private async counted(due?: Due['kind']): Promise<Snapshot> {
    await carryOutGrants(this.database, this.stage);
    const after = await this.look();
    await this.usage.count(after, due);
    return after;
  }

  private tell(what: string): void {
    this.happened.set(what, (this.happened.get(what) ?? 0) + 1);
  }

  private async happens(step: LifeStep): Promise<void> {
    switch (step.kind) {
      case 'nothing':
        return;
      case 'use':
        this.tell('use');
        return this.usage.uses(step.units, this.clock);
      case 'card':
        this.card = step.answers;
        return;
      case 'pass':
        return this.passUntil(this.clock + step.ms);
      case 'buy':
        return this.living.length < MOST_LIVING ? this.buys(step) : undefined;
    }
    if (this.living.length === 0) {
      this.card = 'pays';
      await this.buys({ offer: 'lite', seats: 1, discount: null });
    }
    const process = this.living[step.slot % this.living.length];
    if (process === undefined) return;
    await this.happensTo(process, step);
  }

  private async happensTo(process: Process, step: LifeStep): Promise<void> {
    const after = (ms: number) => this.clock + ms;
    switch (step.kind) {
      case 'pass_to_due': {
        const due = nextDue(process.state);
        return this.passUntil(due === null ? after(DAY) : due.at + step.offset);
      }
      case 'product':
        return this.changes(process, { productId: this.stage.products[step.offer].id }, step.behavior);
      case 'seats':
        return this.changes(process, { seats: step.seats }, step.behavior);
      case 'clear_pending':
      case 'uncancel':
      case 'unpause':
        return this.asksWithoutOrder(process, step.kind, () => process.ask({ kind: step.kind }));
      case 'metadata':
        return this.asksWithoutOrder(process, step.kind, () => process.ask({ kind: step.kind, metadata: { a: 'b' } }));
      case 'cancel':
      case 'revoke':
        return this.asks(step.kind, () => process.ask({ kind: step.kind, reason: 'unused', comment: null }));
      case 'resume':
        return this.resumes(process);
      case 'pause': {
        const from = Math.max(this.clock, process.state.currentPeriodEnd);
        const resumesAt = step.resumesIn === null ? null : from + step.resumesIn;
        return this.asksWithoutOrder(process, step.kind, () => process.ask({ kind: 'pause', resumesAt }));
      }
      case 'discount': {
        const discountId = step.discount === null ? null : this.stage.discounts[step.discount];
        return this.asksWithoutOrder(process, step.kind, () => process.ask({ kind: 'discount', discountId }));
      }
      case 'trial_end': {
        const trialEnd = step.in === 'now' ? 'now' : after(step.in);
        return this.asks(step.kind, () => process.ask({ kind: 'trial_end', trialEnd }));
      }
      case 'period_end':
        return this.asksWithoutOrder(process, step.kind, () =>
          process.ask({ kind: 'period_end', periodEnd: after(step.in) }),
        );
      case 'retry':
        return this.asks(step.kind, () => process.ask({ kind: 'retry_payment', trigger: 'retry_customer' }));
    }
  }

  private get living(): Process[] {
    return this.processes.filter(({ state }) => !isOver(state));
  }

  // What is asked

  private async asks(kind: string, ask: () => Promise<Answer>): Promise<void> {
    const answer = await ask();
    await this.counted();
    this.tell(answer.kind === 'refused' ? `${kind} refused` : kind);
  }

  private async resumes(process: Process): Promise<void> {
    const before = await this.look();
    await this.asks('resume', () => process.ask({ kind: 'resume' }));
    for (const order of newOrders(before, await this.look())) this.costs.renews(process.id, order);
  }

  private async asksWithoutOrder(process: Process, kind: string, ask: () => Promise<Answer>): Promise<void> {
    const before = this.seen.orders.length;
    await this.asks(kind, ask);
    const made = (await this.look()).orders.slice(before);
    hold(made.length === 0, `${kind} made an order`, process.id, made);
  }

  private async changes(process: Process, wish: Wish, behavior: Behavior | null): Promise<void> {
    const kind = wish.seats === undefined ? 'product' : 'seats';
    const { organizationId } = this.stage;
    const before = this.seen;
    const stood = process.state;
    const preview = await previewOfChange(this.database, { organizationId, id: process.id }, wish, behavior);
    const answer = await process.ask({ kind: 'terms', wish, behavior });
    const after = await this.counted();
    const became = checkChange({ process, wish, preview, stood, answer, before, after });
    this.tell(`${kind} ${became.kind === 'made' ? became.how : became.kind}`);
    if (became.kind !== 'made') return;
    this.costs.changes(process.id, became.own, became.by.lines, became.by.discount_amount);
  }

  // What is due

  private async passUntil(to: number): Promise<void> {
    for (;;) {
      const dues = this.living.flatMap((process) => {
        const due = nextDue(process.state);
        return due !== null && due.at <= to ? [{ process, due }] : [];
      });
      const [first] = dues.toSorted((a, b) => a.due.at - b.due.at);
      if (first === undefined) break;
      this.clock = Math.max(this.clock, first.due.at);
      await first.process.handleDue(first.due);
    }
    this.clock = Math.max(this.clock, to);
    await this.database.deps.orm.em
      .fork()
      .nativeUpdate(TestClock, this.stage.clockId, { frozenTime: new Date(this.clock) });
  }

  async due({ kind }: Due, process: Process, take: () => Promise<void>): Promise<void> {
    this.tell(`due ${kind}`);
    const { organizationId } = this.stage;
    const isShown = kind === 'renewal' || kind === 'final_order';
    const isCycle = kind === 'meter_cycle';
    const preview =
      isShown || isCycle ? await previewOfCharge(this.database, { organizationId, id: process.id }) : null;
    const before = await this.look();
    await take();
    const after = await this.counted(kind);
    if (kind === 'renewal' || isCycle) this.usage.checkNewPeriod(process.id, before, after);
    const [order, ...others] = newOrders(before, after);
    hold(others.length === 0, 'several orders came of one', kind, others);
    if (order === undefined) {
      const isNothing = kind === 'final_order' && preview?.lines.every(({ amount }) => amount === 0);
      return hold(!isShown || isNothing === true, 'no order came of', kind, preview);
    }
    const isOfEnd = kind === 'end' || (isOver(process.state) && order.lines.some(isUsage));
    hold(isShown || isCycle || kind === 'resume' || isOfEnd, 'an order came of', kind, order);
    if (preview !== null) checkAgainstPreview(preview, order);
    this.costs.renews(process.id, order);
  }

  async charge(paymentId: PaymentId): Promise<ChargeOutcome> {
    this.tell(this.card === 'pays' ? 'paid' : 'declined');
    if (this.card !== 'pays') return { status: 'declined', reason: this.card };
    await isTaken(this.database, paymentId);
    return { status: 'paid' };
  }

  // What is bought

  private async buys(wanted: Buy): Promise<void> {
    const { database, stage, card } = this;
    const bought = await buy({ database, stage, card, at: this.clock, isRepeated: this.repeated }, wanted);
    if (bought.kind === 'declined') return this.tell('buy declined');
    if (bought.kind === 'refused') return this.tell(`buy refused ${bought.why}`);
    const process = new Process(database.deps, bought.subscriptionId, this);
    await process.load();
    this.processes.push(process);
    this.tell('buy');
    const before = this.seen;
    this.seen = await this.counted();
    this.costs.begins(process.id, newOrders(before, this.seen)[0]);
  }
}
