/** What subscriptions are for, in short, and what changes of it come to. */
import type { ChangeNow, planOf, Standing, Terms } from '../../billing/changes.ts';
import type { PriceId, ProductId } from '../../billing/ids.ts';

export const day = (iso: string) => Date.parse(iso.includes('T') ? iso : `${iso}T00:00:00Z`);

export function terms(amount: number, more: Partial<Terms> = {}): Terms {
  const name = `at ${amount}`;
  return {
    productId: name as ProductId,
    priceId: `price ${name}` as PriceId,
    label: name,
    seats: null,
    recurrence: { interval: 'month', count: 1 },
    amount,
    discounted: amount,
    trial: null,
    ...more,
  };
}

export function standing(start: string, end: string, amount: number, more: Partial<Standing> = {}): Standing {
  const period = { start: day(start), end: day(end) };
  return { status: 'active', period, trialStart: null, terms: terms(amount), ...more };
}

export function now(plan: ReturnType<typeof planOf>): ChangeNow {
  if (plan.kind !== 'now') throw new Error(`It is ${plan.kind}.`);
  return plan;
}

/** What is credited and what is charged. */
export function sums(plan: ReturnType<typeof planOf>): [number, number] {
  const amounts = now(plan).lines.map(({ amount }) => amount);
  const sum = (of: number[]) => of.reduce((total, amount) => total + amount, 0);
  return [-sum(amounts.filter((amount) => amount < 0)) + 0, sum(amounts.filter((amount) => amount > 0))];
}
