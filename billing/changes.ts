/**
 * What a change of what a subscription is for comes to: what is charged and credited, when, and which period holds then.
 * The one function behind the change and its preview. Instants in ms since 1970, amounts in minor units.
 */
import type { PriceId, ProductId } from './ids.ts';
import type { Line } from './orders.ts';
import { addIntervals, type Period, type Recurrence } from './periods.ts';
import { prorate } from './proration.ts';
import { type TrialTerms, trialEnd } from './trials.ts';

export type Behavior = 'invoice' | 'prorate' | 'next_period' | 'reset';

/** What a subscription is for, and what it costs. */
export interface Terms {
  readonly productId: ProductId;
  readonly priceId: PriceId;
  /** As lines name it. */
  readonly label: string;
  readonly seats: number | null;
  readonly recurrence: Recurrence;
  /** For a whole period, before any discount. */
  readonly amount: number;
  /**
   * For a whole period, after discount. Of the present terms: what the present period was charged with, so that no more
   * is credited; of new ones: what the subscription's discount leaves of them.
   */
  readonly discounted: number;
  /** The product's own. */
  readonly trial: TrialTerms | null;
}

export interface Standing {
  readonly status: 'active' | 'trialing';
  readonly period: Period;
  readonly trialStart: number | null;
  readonly terms: Terms;
}

export type ChangePlan =
  | { readonly kind: 'nothing' }
  /** A pending update, which the next renewal applies. */
  | { readonly kind: 'later'; readonly appliesAt: number }
  | ChangeNow;

export interface ChangeNow {
  readonly kind: 'now';
  readonly status: 'active' | 'trialing';
  readonly period: Period;
  /** A period starts with the change, and later ones are counted from it. */
  readonly isNewPeriod: boolean;
  /** Prorated lines are after discount; a whole period's line is before it, as on a renewal. */
  readonly lines: readonly Line[];
  /** `now`: by an order that has to be paid before anything changes. */
  readonly billed: 'now' | 'next_order' | 'not';
}

export function planOf(standing: Standing, next: Terms, behavior: Behavior, at: number): ChangePlan {
  const { terms, status, period } = standing;
  if (terms.productId === next.productId && terms.seats === next.seats) return { kind: 'nothing' };
  if (behavior === 'next_period') return { kind: 'later', appliesAt: period.end };
  if (status === 'trialing') return duringTrial(standing, next, at);
  if (behavior === 'reset') return newPeriod(next, at, []);
  const isOtherInterval = !isSame(terms.recurrence, next.recurrence);
  if (isOtherInterval) {
    // What is left of the old period has no counterpart in the new one: it is settled at once.
    const { credit } = prorate(period, at, terms.discounted, 0);
    return newPeriod(next, at, linesOf(terms, next, credit, 0));
  }
  const { credit, charge } = prorate(period, at, terms.discounted, next.discounted);
  const lines = linesOf(terms, next, credit, charge);
  // Who has paid nothing may have no card: what costs something begins once it is paid.
  const isInvoiced = behavior === 'invoice' || terms.discounted === 0;
  const billed = lines.length === 0 ? 'not' : isInvoiced ? 'now' : 'next_order';
  return { kind: 'now', status, period, isNewPeriod: false, lines, billed };
}

/** The trial is counted anew from its start; if it is over by that, a period starts now. */
function duringTrial({ period, trialStart, terms }: Standing, next: Terms, at: number): ChangeNow {
  const start = trialStart ?? period.start;
  // Other seats of the same product leave its trial, which may have been moved, as it is.
  const end =
    terms.productId === next.productId ? period.end : next.trial === null ? start : trialEnd(start, next.trial);
  if (end <= at) return newPeriod(next, at, []);
  const trial = { start: period.start, end };
  return { kind: 'now', status: 'trialing', period: trial, isNewPeriod: false, lines: [], billed: 'not' };
}

function newPeriod(next: Terms, at: number, credits: readonly Line[]): ChangeNow {
  const period = { start: at, end: addIntervals(at, next.recurrence, 1) };
  const line: Line = { label: next.label, amount: next.amount, priceId: next.priceId, proration: false };
  return { kind: 'now', status: 'active', period, isNewPeriod: true, lines: [...credits, line], billed: 'now' };
}

function linesOf(old: Terms, next: Terms, credit: number, charge: number): Line[] {
  const lines: Line[] = [
    { label: `Unused time on ${old.label}`, amount: -credit + 0, priceId: old.priceId, proration: true },
    { label: `Remaining time on ${next.label}`, amount: charge, priceId: next.priceId, proration: true },
  ];
  return lines.filter(({ amount }) => amount !== 0);
}

function isSame(a: Recurrence, b: Recurrence): boolean {
  return a.interval === b.interval && a.count === b.count;
}
