/**
 * A life: one customer, up to two subscriptions, and whatever happens to them, step by step, each compared with what was
 * previewed and followed by every check. Time is the life's own.
 */
import { randomUUID } from 'node:crypto';
import { checkoutActivities } from '../../activities/checkouts/index.ts';
import type { ChargeOutcome } from '../../activities/stripe/outcome.ts';
import type { Behavior } from '../../billing/changes.ts';
import { discountOn } from '../../billing/discounts.ts';
import type { CheckoutId, OrderId, PaymentId, SubscriptionId } from '../../billing/ids.ts';
import { DAY } from '../../billing/periods.ts';
import { amountOf } from '../../billing/prices.ts';
import { type Due, isOver, nextDue } from '../../billing/subscription-state.ts';
import type { Wish } from '../../db/change-plan.ts';
import { discountValueOf } from '../../db/discounts.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { Customer } from '../../db/entities/customer.ts';
import { Discount, type DiscountRow } from '../../db/entities/discount.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Payment } from '../../db/entities/payment.ts';
import { Price, type PriceRow } from '../../db/entities/price.ts';
import { Product } from '../../db/entities/product.ts';
import { TestClock } from '../../db/entities/test-clock.ts';
import { priceTerms } from '../../db/price-terms.ts';
import { checkAgainstPreview, checkBenefits, checkMoney, hold, sumOf } from './checks.ts';
import type { LivesDatabase } from './database.ts';
import { previewOfChange, previewOfCharge } from './previews.ts';
import { type Answer, type Around, Process } from './process.ts';
import { disagreements, type Snapshot, type SnapshotOrder, snapshotOf } from './snapshot.ts';
import { aStage, type DiscountName, OFFERS, type OfferName, type Stage, type StageOptions } from './stage.ts';
import type { CardAnswer, LifeStep } from './steps.ts';

type Buy = { readonly offer: OfferName; readonly seats: number; readonly discount: DiscountName | null };

const MOST_LIVING = 2;

export class Life implements Around {
  readonly stage: Stage;
  private readonly database: LivesDatabase;
  private readonly processes: Process[] = [];
  /** What the present period of each subscription has cost so far, less what was credited of it. */
  private readonly paid = new Map<SubscriptionId, number>();
  private seen: Snapshot = { orders: [], payments: [], subscriptions: [], balance: 0, books: {} };
  private card: CardAnswer = 'pays';
  private repeated = false;
  private clock: number;
  /** How often something was, by name: so that a property can show what its lives were made of. */
  readonly told = new Map<string, number>();

  private constructor(database: LivesDatabase, stage: Stage) {
    this.database = database;
    this.stage = stage;
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
    this.seen = await this.look();
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

  private tell(what: string): void {
    this.told.set(what, (this.told.get(what) ?? 0) + 1);
  }

  private async happens(step: LifeStep): Promise<void> {
    switch (step.kind) {
      case 'nothing':
        return;
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
    this.tell(answer.kind === 'refused' ? `${kind} refused` : kind);
  }

  private async resumes(process: Process): Promise<void> {
    const before = await this.look();
    await this.asks('resume', () => process.ask({ kind: 'resume' }));
    for (const order of newOrders(before, await this.look())) this.renews(process, order);
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
    const after = await this.look();
    const [order, ...others] = newOrders(before, after);
    hold(others.length === 0, 'a change made several orders', others);
    if (answer.kind === 'refused') {
      this.tell(`${kind} refused`);
      hold(order === undefined, 'a refused change made an order', order);
      hold(preview === null, 'a change was refused that its preview allowed', wish, answer.message, preview);
      return;
    }
    if (preview === null) throw new Error(`A change was made that its preview refused: ${JSON.stringify(wish)}.`);
    hold((order !== undefined) === (preview.billed === 'now'), 'billed otherwise than previewed', preview, order);
    if (order !== undefined) checkAgainstPreview(preview, order);
    if (answer.outcome?.status === 'declined') {
      this.tell(`${kind} declined`);
      const { pendingCharge: _, ...rest } = process.state;
      const { pendingCharge: __, ...old } = stood;
      hold(JSON.stringify(rest) === JSON.stringify(old), 'a declined change changed something', old, rest);
      hold(order?.status === 'void', 'a declined change left its order', order);
      return;
    }
    this.tell(
      `${kind} ${preview.billed === 'not' ? (preview.applies_at === null ? 'same' : 'later') : preview.billed}`,
    );
    const waited = waitingOf(before, process.id);
    const own = preview.billed === 'now' ? preview.lines.slice(0, preview.lines.length - waited.length) : preview.lines;
    if (preview.billed === 'next_order') {
      const waiting = waitingOf(after, process.id).slice(waited.length);
      hold(JSON.stringify(waiting) === JSON.stringify(own), 'what waits is not as previewed', waiting, own);
    }
    const { currentPeriodStart, currentPeriodEnd } = process.state;
    hold(iso(currentPeriodStart) === preview.current_period_start, 'another period', preview, process.state);
    hold(iso(currentPeriodEnd) === preview.current_period_end, 'another period', preview, process.state);
    this.count(process, own, preview.discount_amount);
  }

  /** No more is ever credited than the present period has cost. */
  private count({ id }: Process, own: SnapshotOrder['lines'], discount: number): void {
    const paid = this.paid.get(id) ?? 0;
    const prorated = own.filter(({ proration }) => proration).map(({ amount }) => amount);
    const credited = -sumOf(prorated.filter((amount) => amount < 0));
    hold(credited <= paid, 'more was credited than was paid for the period', credited, paid);
    const whole = own.filter(({ proration }) => !proration).map(({ amount }) => amount);
    this.paid.set(id, whole.length > 0 ? sumOf(whole) - discount : paid + sumOf(prorated));
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
    const preview = isShown ? await previewOfCharge(this.database, { organizationId, id: process.id }) : null;
    const before = await this.look();
    await take();
    const after = await this.look();
    const [order, ...others] = newOrders(before, after);
    hold(others.length === 0, 'several orders came of one', kind, others);
    hold(!isShown || order !== undefined, 'no order came of', kind);
    if (order === undefined) return;
    hold(isShown || kind === 'resume' || kind === 'end', 'an order came of', kind, order);
    if (preview !== null) checkAgainstPreview(preview, order);
    this.renews(process, order);
  }

  /** What the period that an order opens has cost. */
  private renews({ id }: Process, order: SnapshotOrder): void {
    if (order.cycle === null) return;
    const whole = order.lines.filter(({ proration }) => !proration).map(({ amount }) => amount);
    this.paid.set(id, sumOf(whole) - order.discount_amount);
  }

  async charge(paymentId: PaymentId): Promise<ChargeOutcome> {
    this.tell(this.card === 'pays' ? 'paid' : 'declined');
    if (this.card !== 'pays') return { status: 'declined', reason: this.card };
    await this.isTaken(paymentId);
    return { status: 'paid' };
  }

  /** What the processor would have said of a payment that it took. */
  private async isTaken(paymentId: PaymentId): Promise<void> {
    const methodCountry = paymentId < '8' ? 'US' : 'FR';
    const kept = { processorId: `pi_${paymentId}`, processorFee: 31, methodCountry };
    await this.database.deps.orm.em.fork().nativeUpdate(Payment, paymentId, kept);
  }

  // What is bought

  private async buys({ offer, seats, discount }: Buy): Promise<void> {
    const { deps } = this.database;
    const { prepareCheckout, deliverCheckout, reopenCheckout, expireCheckout } = checkoutActivities(deps);
    const attemptId = randomUUID() as PaymentId;
    const checkoutId = await this.opens(offer, seats, discount);
    const pressPay = () => prepareCheckout({ checkoutId, attemptId, hasCard: true, at: this.clock });
    const shown = await pressPay();
    // Its tax is known by then, and the buyer has to see it before they pay.
    const isTaxNew = shown.kind === 'refused' && shown.reason === 'tax_changed';
    const prepared = isTaxNew ? await pressPay() : shown;
    if (prepared.kind === 'refused' || prepared.kind === 'over') {
      this.tell(`buy refused ${prepared.kind === 'refused' ? prepared.reason : prepared.status}`);
      return expireCheckout({ checkoutId, at: this.clock });
    }
    const paymentId = prepared.kind === 'payment' ? attemptId : null;
    if (prepared.kind !== 'free' && this.card !== 'pays') {
      this.tell('buy declined');
      await reopenCheckout({ checkoutId, paymentId, reason: this.card, at: this.clock });
      return expireCheckout({ checkoutId, at: this.clock });
    }
    if (paymentId !== null) await this.isTaken(paymentId);
    const [subscriptionId, orderId] = [randomUUID() as SubscriptionId, randomUUID() as OrderId];
    const given = { checkoutId, paymentId, subscriptionId, orderId, at: this.clock };
    await deliverCheckout(given);
    if (this.repeated) await deliverCheckout(given);
    const process = new Process(deps, subscriptionId, this);
    await process.load();
    this.processes.push(process);
    this.tell('buy');
    const [order] = newOrders(this.seen, await this.look());
    this.paid.set(subscriptionId, order === undefined ? 0 : order.subtotal_amount - order.discount_amount);
    this.seen = await this.look();
  }

  /** As the API writes it when a merchant makes a checkout for a customer. */
  private async opens(offer: OfferName, seats: number, discount: DiscountName | null): Promise<CheckoutId> {
    const { organizationId, customerId, currency, products, discounts } = this.stage;
    const { id: productId, priceId } = products[offer];
    return this.database.deps.orm.em.fork().transactional(async (em) => {
      const price = (await em.findOneOrFail(Price, priceId)) as PriceRow;
      const off = discount === null ? null : await em.findOneOrFail(Discount, discounts[discount]);
      const isBySeats = typeof OFFERS[offer].price === 'object' && OFFERS[offer].price !== null;
      const count = isBySeats ? Math.min(seats, 1000) : null;
      const amount = amountOf(priceTerms(price), { amount: null, seats: count });
      const id = randomUUID() as CheckoutId;
      em.create(Checkout, {
        ...{ id, createdAt: new Date(this.clock), clientSecret: `polar_c_${id}` },
        ...{ organization: em.getReference(Organization, organizationId), productIds: [productId] },
        ...{ product: em.getReference(Product, productId), price, currency, amount, seats: count },
        ...{ customer: em.getReference(Customer, customerId), expiresAt: new Date(this.clock + DAY) },
        customerBillingAddress: { country: 'DE' },
        discount: off,
        discountAmount: off === null ? 0 : discountOn(amount, currency, discountValueOf(off as DiscountRow)),
      });
      return id;
    });
  }
}

const iso = (at: number) => new Date(at).toISOString();

function newOrders(before: Snapshot, after: Snapshot): SnapshotOrder[] {
  const known = new Set(before.orders.map(({ id }) => id));
  return after.orders.filter(({ id }) => !known.has(id));
}

const waitingOf = ({ subscriptions }: Snapshot, id: SubscriptionId) =>
  subscriptions.find((subscription) => subscription.id === id)?.waiting ?? [];
