/** A scenario of plans as it happens, in the product and on the sheet, and the comparison of the two after each step. */
import type { Asked } from '../../workflows/subscription.requests.ts';
import type { LivesDatabase } from '../lives/database.ts';
import { MINUTE } from './oracle-arithmetic.ts';
import { METERS, type Plan, type Scenario, type Step } from './oracle-plans-scenario.ts';
import { Shop } from './oracle-plans-shop.ts';
import { Sheet } from './oracle-sheet.ts';
import { changes } from './oracle-sheet-changes.ts';
import { type Order, takenOff } from './oracle-sheet-orders.ts';
import { priceOf, type Subscription } from './oracle-sheet-periods.ts';

const MOST_LIVING = 2;

export class PlansLife {
  readonly sheet: Sheet;
  private readonly shop: Shop;
  private readonly plans: readonly Plan[];
  /** How often something happened, so that a run can show what it was made of. */
  readonly told = new Map<string, number>();

  private constructor(shop: Shop, scenario: Scenario) {
    this.shop = shop;
    this.sheet = new Sheet(scenario);
    this.plans = scenario.plans;
  }

  static async begin(database: LivesDatabase, scenario: Scenario): Promise<PlansLife> {
    const life = new PlansLife(await Shop.opens(database, scenario), scenario);
    await life.take({ kind: 'buy', plan: 0, slot: 0 });
    return life;
  }

  /** A minute passes before each, so that nothing is of the same instant as what came before. */
  async take(step: Step): Promise<void> {
    await this.passes(this.sheet.now + MINUTE);
    await this.happens(step);
    await this.passes(this.sheet.now);
    await this.compare();
  }

  disagreements = (): Promise<string[]> => this.shop.disagreements();

  private async passes(to: number): Promise<void> {
    this.sheet.livesUntil(to);
    await this.shop.livesUntil(to);
  }

  private async happens(step: Step): Promise<void> {
    const { sheet, shop } = this;
    switch (step.kind) {
      case 'pass':
        return this.passes(sheet.now + step.ms);
      case 'use':
        for (const tokens of step.tokens)
          sheet.meters.uses({ name: 'call', timestamp: sheet.now, metadata: { tokens } });
        return shop.uses(step.tokens);
      case 'card':
        sheet.money.card(step.pays);
        shop.cardPays = step.pays;
        return;
      case 'give':
        sheet.money[step.to] += step.amount;
        return shop.gives(step.to, step.amount);
      case 'buy': {
        const plan = this.plans[step.plan];
        if (plan === undefined || sheet.living.length >= MOST_LIVING) return;
        sheet.buys(plan);
        return shop.buys(plan, step.plan);
      }
    }
    const of = sheet.living[step.slot % Math.max(1, sheet.living.length)];
    if (of !== undefined) await this.happensTo(of, step);
  }

  private async happensTo(of: Subscription, step: Step): Promise<void> {
    const { sheet } = this;
    const isRunning = of.status === 'active' || of.status === 'trialing';
    const isGoingOn = isRunning && !of.cancels && !of.pauses;
    switch (step.kind) {
      case 'pass_to_due': {
        const due = of.due();
        return due === null ? undefined : this.passes(Math.max(sheet.now, due.at + step.beyond));
      }
      case 'change': {
        const plan = this.plans[step.plan];
        if (plan === undefined || !isGoingOn || plan.isBySeats !== of.plan.isBySeats) return;
        await this.asks(of, { kind: 'terms', wish: this.wishOf(step.plan), behavior: step.behavior });
        return changes(sheet, of, { plan, seats: of.seats }, step.behavior);
      }
      case 'seats':
        if (!isGoingOn || !of.plan.isBySeats) return;
        await this.asks(of, { kind: 'terms', wish: { seats: step.seats }, behavior: step.behavior });
        return changes(sheet, of, { plan: of.plan, seats: step.seats }, step.behavior);
      case 'clear_pending':
        await this.asks(of, { kind: 'clear_pending' });
        of.pending = null;
        return;
      case 'discount':
        return this.discounts(of, step.discount);
      case 'cancel':
        if (of.cancels) return;
        await this.asks(of, { kind: 'cancel', reason: 'unused', comment: null });
        of.pauses = false;
        of.resumesAt = null;
        if (of.status === 'paused') sheet.ends(of);
        else of.cancels = true;
        return;
      case 'uncancel':
        if (!of.cancels) return;
        await this.asks(of, { kind: 'uncancel' });
        of.cancels = false;
        return;
      case 'revoke':
        await this.asks(of, { kind: 'revoke', reason: null, comment: null });
        return sheet.ends(of);
      case 'pause': {
        if (of.cancels || !(isRunning || of.status === 'paused')) return;
        const from = of.status === 'paused' ? sheet.now : of.end;
        const resumesAt = step.resumesIn === null ? null : from + step.resumesIn;
        await this.asks(of, { kind: 'pause', resumesAt });
        of.pauses = of.status !== 'paused';
        of.resumesAt = resumesAt;
        return;
      }
      case 'unpause':
        if (!of.pauses) return;
        await this.asks(of, { kind: 'unpause' });
        of.pauses = false;
        of.resumesAt = null;
        return;
      case 'resume':
        if (of.status !== 'paused') return;
        await this.asks(of, { kind: 'resume' });
        return sheet.resumes(of);
      case 'retry':
        if (of.unpaid === null || of.unpaid.byHand >= 5) return;
        await this.asks(of, { kind: 'retry_payment', trigger: 'retry_customer' });
        return sheet.tried(of, false);
      case 'trial_now':
        if (of.status !== 'trialing' || !isGoingOn) return;
        of.endsTrial(sheet.now);
        await this.asks(of, { kind: 'trial_end', trialEnd: 'now' });
        return sheet.renews(of);
    }
  }

  private wishOf(plan: number) {
    const productId = this.shop.productOf(plan);
    return productId === undefined ? {} : { productId };
  }

  private async asks(of: Subscription, asked: Asked): Promise<void> {
    const kind = asked.kind === 'terms' ? `terms ${asked.behavior}` : asked.kind;
    this.told.set(kind, (this.told.get(kind) ?? 0) + 1);
    const answer = await this.shop.asks(of.nr, asked);
    if (answer.kind === 'refused') throw new Error(`${asked.kind} was refused: ${answer.message}`);
  }

  /** Not one that leaves less than a card is charged with. */
  private async discounts(of: Subscription, which: number | null): Promise<void> {
    const isSame = (of.discount?.which ?? null) === which;
    const price = priceOf(of);
    const left = which === null ? price : price - takenOff({ which, firstUsed: null }, price);
    if (isSame || (left > 0 && left < 50)) return;
    await this.asks(of, { kind: 'discount', discountId: which === null ? null : this.shop.discountOf(which) });
    of.discount = which === null ? null : { which, firstUsed: null };
  }

  // What both say

  private async compare(): Promise<void> {
    const said = await this.shop.says();
    const { sheet, shop } = this;
    const orders = said.orders
      // At the checkout nothing was used yet.
      .filter(({ reason }) => reason !== 'subscription_create')
      .map(({ subscription, lines, ...order }) => ({
        ...order,
        subscription: shop.processes.findIndex(({ id }) => id === subscription),
        lines: inOrder((lines ?? []).map(({ label, amount, proration }) => [kindOf(label, proration), amount])),
      }));
    const rows = said.subscriptions.map(({ id, status, start, end, meterEnd }) => ({
      ...{ nr: shop.processes.findIndex((each) => each.id === id), status, start: Date.parse(start) },
      ...{ end: Date.parse(end), meterEnd: meterEnd === null ? null : Date.parse(meterEnd) },
    }));
    const believed = {
      orders: inOrder(sheet.money.orders.map(toldOf)),
      subscriptions: sheet.subscriptions.map(({ nr, status, start, end, meterEnd }) => ({
        ...{ nr, status, start, end, meterEnd },
      })),
      wallets: { billing: sheet.money.billing, usage: sheet.money.usage },
      usage: sheet.meters.balances(),
    };
    expect({
      orders: inOrder(orders),
      subscriptions: rows.toSorted((a, b) => a.nr - b.nr),
      wallets: { billing: said.billing, usage: said.wallet },
      usage: METERS.map(({ name }) => said.usage.get(name) ?? { consumed: '0', credited: '0' }),
    }).toEqual(believed);
  }
}

/** Usage by its label, and what else there is by its kind. */
const kindOf = (label: string, isProrated: boolean): string => {
  if (isProrated) return 'proration';
  return METERS.some(({ name }) => label.startsWith(`${name} (`)) ? label : 'base';
};

const toldOf = ({ lines, pays: _, ...order }: Order) => ({
  ...order,
  lines: inOrder(lines.map(({ kind, label, amount }) => [kind === 'usage' ? label : kind, amount])),
});

/** Nothing that costs nothing but usage; several of an instant are in no order. */
function inOrder<T>(of: readonly T[]): T[] {
  return of
    .filter((each) => !(Array.isArray(each) && each[0] === 'base' && each[1] === 0))
    .toSorted((a, b) => (sorted(a) < sorted(b) ? -1 : 1));
}
const sorted = (of: unknown): string =>
  JSON.stringify(of, (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
