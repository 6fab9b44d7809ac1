/** The shop of a scenario of plans: what was asked of the product's own activities, and what its rows say of it. */
import { randomUUID } from 'node:crypto';
import { benefitActivities } from '../../activities/benefits/index.ts';
import { checkoutActivities } from '../../activities/checkouts/index.ts';
import type { ChargeOutcome } from '../../activities/stripe/outcome.ts';
import { type BenefitTypes, loadBenefitTypes } from '../../benefits/registry.ts';
import type { CheckoutId, DiscountId, GrantId, OrderId, PaymentId, SubscriptionId } from '../../billing/ids.ts';
import { type Due, isOver, nextDue } from '../../billing/subscription-state.ts';
import { adjustBalance } from '../../db/balance-adjustments.ts';
import type { Wish } from '../../db/change-plan.ts';
import { usageOfCustomer } from '../../db/customer-meters.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Payment } from '../../db/entities/payment.ts';
import { Price, type PriceRow } from '../../db/entities/price.ts';
import { Product } from '../../db/entities/product.ts';
import { TestClock } from '../../db/entities/test-clock.ts';
import type { Asked } from '../../workflows/subscription.requests.ts';
import type { LivesDatabase } from '../lives/database.ts';
import { type Answer, type Around, Process } from '../lives/process.ts';
import { disagreements } from '../lives/snapshot.ts';
import { PlansPreviews } from './oracle-plans-previews.ts';
import type { Behavior, Plan, Scenario } from './oracle-plans-scenario.ts';
import { aStall, type Stall } from './oracle-plans-stall.ts';

const DAY = 86_400_000;

export class Shop implements Around {
  readonly processes: Process[] = [];
  readonly previews: PlansPreviews;
  private readonly database: LivesDatabase;
  private readonly types: BenefitTypes;
  private readonly stall: Stall;
  private clock: number;
  private frozenAt: number;
  cardPays = true;
  /** Events come in while something happens: what was shown before need not be what is billed. */
  isBusy = false;

  private constructor(database: LivesDatabase, types: BenefitTypes, stall: Stall, startsAt: number) {
    this.database = database;
    this.types = types;
    this.stall = stall;
    this.clock = startsAt;
    this.frozenAt = startsAt;
    this.previews = new PlansPreviews(database, stall.organizationId);
  }

  get whose(): Pick<Stall, 'organizationId' | 'customerId'> {
    return this.stall;
  }

  static async opens(database: LivesDatabase, scenario: Scenario): Promise<Shop> {
    const stall = await database.deps.orm.em.fork().transactional((em) => aStall(em, scenario));
    return new Shop(database, await loadBenefitTypes(), stall, scenario.startsAt);
  }

  now(): number {
    return this.clock;
  }

  isRepeated(): boolean {
    return false;
  }

  due(due: Due, process: Process, take: () => Promise<void>): Promise<void> {
    return this.isBusy ? take() : this.previews.ofDue(process, due, take);
  }

  async charge(paymentId: PaymentId): Promise<ChargeOutcome> {
    await this.grantsAreCarriedOut();
    if (!this.cardPays) return { status: 'declined', reason: 'insufficient_funds' };
    await this.isTaken(paymentId);
    return { status: 'paid' };
  }

  private async isTaken(paymentId: PaymentId): Promise<void> {
    const kept = { processorId: `pi_${paymentId}`, processorFee: 31, methodCountry: 'US' };
    await this.database.deps.orm.em.fork().nativeUpdate(Payment, paymentId, kept);
  }

  /** As their own processes would, what is taken away first. */
  private async grantsAreCarriedOut(): Promise<void> {
    const { rows } = await this.database.pool.query<{ id: GrantId }>(
      `select g.id from benefit_grants g where g.customer_id = $1 and g.done_version < g.version
       order by g.wanted desc, g.created_at, g.id`,
      [this.stall.customerId],
    );
    const { reconcileGrant } = benefitActivities(this.database.deps, this.types);
    for (const { id } of rows) await reconcileGrant({ grantId: id });
  }

  async livesUntil(to: number): Promise<void> {
    await this.grantsAreCarriedOut();
    for (;;) {
      const dues = this.processes.flatMap((process) => {
        const due = isOver(process.state) ? null : nextDue(process.state);
        return due !== null && due.at <= to ? [{ process, due }] : [];
      });
      const [first] = dues.toSorted((a, b) => a.due.at - b.due.at);
      if (first === undefined) break;
      this.clock = Math.max(this.clock, first.due.at);
      await first.process.handleDue(first.due);
      await this.grantsAreCarriedOut();
    }
    this.clock = Math.max(this.clock, to);
    if (this.frozenAt === this.clock) return;
    this.frozenAt = this.clock;
    const frozen = { frozenTime: new Date(this.clock) };
    await this.database.deps.orm.em.fork().nativeUpdate(TestClock, this.stall.clockId, frozen);
  }

  process(nr: number): Process {
    const process = this.processes[nr];
    if (process === undefined) throw new Error(`There is no subscription ${nr}.`);
    return process;
  }

  /** None of them may be refused. */
  async asks(nr: number, asked: Asked): Promise<void> {
    const process = this.process(nr);
    const ask = () => process.ask(asked);
    const isOfEnd = (asked.kind === 'cancel' || asked.kind === 'revoke') && !this.isBusy;
    await this.isDone(asked, isOfEnd ? this.previews.ofEnd(process, asked.kind === 'revoke', ask) : ask());
  }

  async changes(nr: number, wish: Wish, behavior: Behavior): Promise<void> {
    const process = this.process(nr);
    const asked = { kind: 'terms', wish, behavior } as const;
    const ask = () => process.ask(asked);
    await this.isDone(asked, this.isBusy ? ask() : this.previews.ofChange(process, wish, behavior, ask));
  }

  private async isDone({ kind }: Asked, asking: Promise<Answer>): Promise<void> {
    const answer = await asking;
    if (answer.kind === 'refused') throw new Error(`${kind} was refused: ${answer.message}`);
    await this.grantsAreCarriedOut();
  }

  productOf = (plan: number) => this.stall.products[plan]?.id;
  discountOf = (discount: number): DiscountId | null => this.stall.discounts[discount] ?? null;

  async gives(type: 'billing' | 'usage', amount: number): Promise<void> {
    await this.database.deps.orm.em.fork().transactional(async (em) => {
      const customer = (await em.findOneOrFail(Customer, this.stall.customerId)) as CustomerRow;
      const given = { type, currency: 'usd', amount, reason: 'A gift', key: randomUUID() };
      await adjustBalance(em, customer, given, new Date(this.clock));
    });
  }

  /** With a card that pays. */
  async buys(plan: Plan, nr: number, usesBalance: boolean): Promise<void> {
    const { deliverCheckout } = checkoutActivities(this.database.deps);
    const paid = await this.paysCheckout(await this.opensCheckout(plan, nr, usesBalance, null));
    const subscriptionId = randomUUID() as SubscriptionId;
    await deliverCheckout({ ...paid, subscriptionId, at: this.clock });
    const process = new Process(this.database.deps, subscriptionId, this);
    await process.load();
    this.processes.push(process);
    await this.grantsAreCarriedOut();
  }

  async upgrades(of: number, plan: Plan, nr: number, usesBalance: boolean): Promise<void> {
    const paid = await this.paysCheckout(await this.opensCheckout(plan, nr, usesBalance, this.process(of).id));
    await this.asks(of, { kind: 'upgrade', ...paid });
  }

  private async paysCheckout(checkoutId: CheckoutId) {
    const { prepareCheckout } = checkoutActivities(this.database.deps);
    const attemptId = randomUUID() as PaymentId;
    const pressPay = () => prepareCheckout({ checkoutId, attemptId, hasCard: true, at: this.clock });
    let prepared = await pressPay();
    // What the tax comes to, and then the balance, is shown before it is paid.
    for (const reason of ['tax_changed', 'balance_changed'] as const) {
      if (prepared.kind === 'refused' && prepared.reason === reason) prepared = await pressPay();
    }
    if (prepared.kind === 'refused' || prepared.kind === 'over') throw new Error(JSON.stringify(prepared));
    const paymentId = prepared.kind === 'payment' ? attemptId : null;
    if (paymentId !== null) await this.isTaken(paymentId);
    return { checkoutId, paymentId, orderId: randomUUID() as OrderId };
  }

  private opensCheckout(
    plan: Plan,
    nr: number,
    usesBalance: boolean,
    upgradeOf: SubscriptionId | null,
  ): Promise<CheckoutId> {
    const { organizationId, customerId, products } = this.stall;
    const sold = products[nr];
    if (sold === undefined) throw new Error(`There is no plan ${nr}.`);
    const trial = plan.trialDays === null ? {} : { trialInterval: 'day' as const, trialIntervalCount: plan.trialDays };
    return this.database.deps.orm.em.fork().transactional(async (em) => {
      const price = (await em.findOneOrFail(Price, sold.priceId)) as PriceRow;
      const id = randomUUID() as CheckoutId;
      em.create(Checkout, {
        ...{ id, createdAt: new Date(this.clock), clientSecret: `polar_c_${id}` },
        ...{ organization: em.getReference(Organization, organizationId), productIds: [sold.id] },
        ...{ product: em.getReference(Product, sold.id), price, currency: 'usd', amount: plan.base ?? 0 },
        ...{ seats: plan.isBySeats ? 1 : null, ...trial, upgradeOf, usesBalance },
        ...{ customer: em.getReference(Customer, customerId), expiresAt: new Date(this.clock + DAY) },
        ...{ customerBillingAddress: { country: 'DE' }, discountAmount: 0, meteredPriceIds: sold.meteredPriceIds },
      });
      return id;
    });
  }

  // What its rows say

  async says() {
    const { rows } = await this.database.pool.query<{ said: Said }>(SAID, [this.stall.customerId]);
    const said = rows[0]?.said;
    if (said === undefined) throw new Error('Nothing is said.');
    const usage = await usageOfCustomer(this.database.deps.orm.em.fork(), this.stall.customerId);
    return { ...said, usage: new Map(usage.map(({ row, usage: of }) => [row.meter.name, of])) };
  }

  disagreements = (): Promise<string[]> => disagreements(this.database.pool, this.stall.organizationId);
}

interface Said {
  readonly orders: readonly {
    readonly subscription: SubscriptionId;
    readonly reason: string;
    readonly status: string;
    readonly discount: number;
    readonly tax: number;
    readonly total: number;
    readonly applied: number;
    readonly fromWallet: number;
    readonly lines: readonly { readonly label: string; readonly amount: number; readonly proration: boolean }[];
  }[];
  readonly subscriptions: readonly {
    readonly id: SubscriptionId;
    readonly status: string;
    readonly start: string;
    readonly end: string;
    readonly meterEnd: string | null;
  }[];
  readonly billing: number;
  readonly wallet: number;
}

const SAID = `select json_build_object(
  'orders', coalesce((select json_agg(json_build_object(
      'subscription', o.subscription_id, 'reason', o.billing_reason, 'status', o.status,
      'discount', o.discount_amount, 'tax', o.tax_amount, 'total', o.total_amount,
      'applied', o.applied_balance_amount,
      'fromWallet', o.applied_usage_wallet_amount,
      'lines', (select json_agg(json_build_object('label', l.label, 'amount', l.amount, 'proration', l.proration)
        order by l.position) from order_items l where l.order_id = o.id)))
    from orders o where o.customer_id = $1), '[]'),
  'subscriptions', coalesce((select json_agg(json_build_object('id', s.id, 'status', s.status,
      'start', s.current_period_start, 'end', s.current_period_end, 'meterEnd', s.current_meter_period_end))
    from subscriptions s where s.customer_id = $1), '[]'),
  'billing', coalesce((select amount from customer_balances where customer_id = $1 and type = 'billing'), 0),
  'wallet', coalesce((select amount from customer_balances where customer_id = $1 and type = 'usage'), 0)) as said`;
