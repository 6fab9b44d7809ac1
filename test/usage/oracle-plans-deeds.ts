/** What a step comes to: what is asked of the product, and what the merchant writes on the sheet for it. */
import type { Asked } from '../../workflows/subscription.requests.ts';
import { type Behavior, DISCOUNTS, type Happening, type Plan, type Step } from './oracle-plans-scenario.ts';
import type { Shop } from './oracle-plans-shop.ts';
import type { Sheet } from './oracle-sheet.ts';
import { changes, movesPeriodEnd, movesTrialEnd, upgrades } from './oracle-sheet-changes.ts';
import { takenOff } from './oracle-sheet-orders.ts';
import { priceOf, type Subscription } from './oracle-sheet-periods.ts';

export interface Deed {
  readonly name: string;
  /** The number of the subscription that it is about. */
  readonly of?: number;
  inShop(shop: Shop): Promise<unknown>;
  onSheet(sheet: Sheet): void;
}

const MOST_LIVING = 2;

export const passing = (to: number): Deed => ({
  name: 'pass',
  inShop: (shop) => shop.livesUntil(to),
  onSheet: (sheet) => sheet.livesUntil(to),
});

/** Null where there is nobody to do so, or the rules forbid it: what is refused is told elsewhere. */
export function deedOf(sheet: Sheet, step: Step, plans: readonly Plan[]): Deed | null {
  switch (step.kind) {
    case 'pass':
      return passing(sheet.now + step.ms);
    case 'card':
      return {
        name: step.pays ? 'card pays' : 'card declines',
        onSheet: ({ money }) => money.card(step.pays),
        async inShop(shop) {
          shop.cardPays = step.pays;
        },
      };
    case 'give':
      return {
        name: `give ${step.to}`,
        onSheet({ money }) {
          money[step.to] += step.amount;
        },
        inShop: (shop) => shop.gives(step.to, step.amount),
      };
    case 'buy':
      return sheet.living.length < MOST_LIVING ? bought(step.plan, plans, step.usesBalance) : null;
    case 'use':
      return null;
  }
  const of = sheet.living[step.slot % Math.max(1, sheet.living.length)];
  return of === undefined ? bought(step.slot, plans, true) : deedOn(sheet, of, step, plans);
}

function bought(nr: number, plans: readonly Plan[], usesBalance: boolean): Deed | null {
  const plan = plans[nr];
  if (plan === undefined) return null;
  return {
    name: 'buy',
    onSheet: (sheet) => sheet.buys(plan, usesBalance),
    inShop: (shop) => shop.buys(plan, nr, usesBalance),
  };
}

type OfOne = Exclude<Happening, { kind: 'pass' | 'card' | 'give' | 'buy' | 'use' }>;

function deedOn(sheet: Sheet, of: Subscription, step: OfOne, plans: readonly Plan[]): Deed | null {
  const isRunning = of.status === 'active' || of.status === 'trialing';
  const isGoingOn = isRunning && !of.cancels && !of.pauses;
  switch (step.kind) {
    case 'pass_to_due': {
      const due = of.due();
      return due === null
        ? null
        : { ...passing(Math.max(sheet.now, due.at + step.beyond)), name: step.kind, of: of.nr };
    }
    case 'upgrade': {
      const plan = plans[step.plan];
      if (plan === undefined || plan === of.plan || of.status !== 'active' || priceOf(of) > 0) return null;
      return {
        ...{ name: step.kind, of: of.nr },
        onSheet: (on) => upgrades(on, on.nr(of.nr), plan, step.usesBalance),
        inShop: (shop) => shop.upgrades(of.nr, plan, step.plan, step.usesBalance),
      };
    }
    case 'change': {
      const plan = plans[step.plan];
      if (plan === undefined || !isGoingOn || plan.isBySeats !== of.plan.isBySeats) return null;
      // A trial in the place of a period that was paid for is to be over first.
      if (of.status === 'trialing' && step.behavior !== 'next_period' && wasPaid(sheet, of)) return null;
      return changed(of, step.behavior, { planNr: step.plan, plan, seats: of.seats });
    }
    case 'seats':
      if (!isGoingOn || !of.plan.isBySeats) return null;
      return changed(of, step.behavior, { planNr: null, plan: of.plan, seats: step.seats });
    case 'discount':
      return discounted(of, step.discount);
    case 'period_end': {
      const end = sheet.now + step.in;
      const isPastItsPause = of.pauses && of.resumesAt !== null && end >= of.resumesAt;
      if (of.status !== 'active' || isPastItsPause) return null;
      return asking(of, { kind: step.kind, periodEnd: end }, (mine, on) => movesPeriodEnd(on, mine, end));
    }
    case 'trial_end': {
      const trialEnd = sheet.now + step.in;
      if (!isGoingOn) return null;
      const name = of.status === 'trialing' ? 'trial moved' : 'trial given';
      return { ...asking(of, { kind: step.kind, trialEnd }, (mine, on) => movesTrialEnd(on, mine, trialEnd)), name };
    }
    case 'pause': {
      if (of.cancels || !(isRunning || of.status === 'paused')) return null;
      const from = of.status === 'paused' ? sheet.now : of.end;
      const resumesAt = step.resumesIn === null ? null : from + step.resumesIn;
      return asking(of, { kind: step.kind, resumesAt }, (mine) => {
        mine.pauses = mine.status !== 'paused';
        mine.resumesAt = resumesAt;
      });
    }
    case 'hurry':
      return hurried(of);
    case 'cancel':
      return of.cancels ? null : simple(of, step.kind);
    case 'revoke':
      return simple(of, step.kind);
  }
}

const wasPaid = ({ money }: Sheet, { nr }: Subscription): boolean =>
  money.orders.some(({ subscription, status, total }) => subscription === nr && status === 'paid' && total > 0);

function hurried(of: Subscription): Deed | null {
  if (of.status === 'paused') return simple(of, 'resume');
  if (of.unpaid !== null) return of.unpaid.byHand < 5 ? simple(of, 'retry') : null;
  if (of.cancels) return simple(of, 'uncancel');
  if (of.pauses) return simple(of, 'unpause');
  if (of.pending !== null) return simple(of, 'clear_pending');
  return of.status === 'trialing' ? simple(of, 'trial_now') : null;
}

type Writing = (mine: Subscription, sheet: Sheet) => void;

const asking = (of: Subscription, asked: Asked, write: Writing): Deed => ({
  ...{ name: asked.kind, of: of.nr },
  inShop: (shop) => shop.asks(of.nr, asked),
  onSheet: (sheet) => write(sheet.nr(of.nr), sheet),
});

interface Terms {
  /** Null: the present one. */
  readonly planNr: number | null;
  readonly plan: Plan;
  readonly seats: number | null;
}

function changed(of: Subscription, behavior: Behavior, { planNr, plan, seats }: Terms): Deed {
  const wishIn = (shop: Shop) => (planNr === null ? { seats: seats ?? 1 } : { productId: shop.productOf(planNr) });
  return {
    ...{ name: `${planNr === null ? 'seats' : 'change'} ${behavior}`, of: of.nr },
    inShop: (shop) => shop.changes(of.nr, wishIn(shop), behavior),
    onSheet: (sheet) => changes(sheet, sheet.nr(of.nr), { plan, seats }, behavior),
  };
}

/** Not one that leaves less than a card is charged with; the one that it has is taken away. */
function discounted(of: Subscription, given: number | null): Deed | null {
  const had = of.discount?.which ?? null;
  const which = given === had ? null : given;
  const price = priceOf(of);
  const left = which === null ? price : price - takenOff({ which, firstUsed: null }, price);
  if (had === which || (left > 0 && left < 50)) return null;
  return {
    ...{ name: `discount ${which === null ? 'none' : DISCOUNTS[which]?.name}`, of: of.nr },
    inShop: (shop) =>
      shop.asks(of.nr, { kind: 'discount', discountId: which === null ? null : shop.discountOf(which) }),
    onSheet(sheet) {
      sheet.nr(of.nr).discount = which === null ? null : { which, firstUsed: null };
    },
  };
}

type Simple = 'cancel' | 'uncancel' | 'revoke' | 'unpause' | 'resume' | 'retry' | 'trial_now' | 'clear_pending';

const ASKED: Readonly<Record<Simple, Asked>> = {
  cancel: { kind: 'cancel', reason: 'unused', comment: null },
  uncancel: { kind: 'uncancel' },
  revoke: { kind: 'revoke', reason: null, comment: null },
  unpause: { kind: 'unpause' },
  resume: { kind: 'resume' },
  retry: { kind: 'retry_payment', trigger: 'retry_customer' },
  trial_now: { kind: 'trial_end', trialEnd: 'now' },
  clear_pending: { kind: 'clear_pending' },
};

const WRITTEN: Readonly<Record<Simple, Writing>> = {
  cancel(of, sheet) {
    of.pauses = false;
    of.resumesAt = null;
    if (of.status === 'paused') sheet.ends(of);
    else of.cancels = true;
  },
  uncancel(of) {
    of.cancels = false;
  },
  revoke: (of, sheet) => sheet.ends(of),
  unpause(of) {
    of.pauses = false;
    of.resumesAt = null;
  },
  resume: (of, sheet) => sheet.resumes(of),
  retry: (of, sheet) => sheet.tried(of, false),
  trial_now(of, sheet) {
    of.endsTrial(sheet.now);
    sheet.renews(of);
  },
  clear_pending(of) {
    of.pending = null;
  },
};

const simple = (of: Subscription, kind: Simple): Deed => asking(of, ASKED[kind], WRITTEN[kind]);
