/** What the present period of each subscription has cost so far, less what was credited of it: never is more credited. */
import type { SubscriptionId } from '../../billing/ids.ts';
import { hold, sumOf } from './checks.ts';
import type { SnapshotOrder } from './snapshot.ts';
import { isUsage } from './usage-ledger.ts';

type Lines = SnapshotOrder['lines'];

export class Costs {
  private readonly paid = new Map<SubscriptionId, number>();

  begins(id: SubscriptionId, order: SnapshotOrder | undefined): void {
    this.paid.set(id, order === undefined ? 0 : order.subtotal_amount - order.discount_amount);
  }

  /** By these lines of its own, on an order that has all of them. */
  changes(id: SubscriptionId, own: Lines, all: Lines, discount: number): void {
    const paid = this.paid.get(id) ?? 0;
    const prorated = own.filter(({ proration }) => proration).map(({ amount }) => amount);
    const credited = -sumOf(prorated.filter((amount) => amount < 0));
    hold(credited <= paid, 'more was credited than was paid for the period', credited, paid);
    const whole = own.filter(({ proration }) => !proration).map(({ amount }) => amount);
    this.paid.set(id, whole.length > 0 ? sumOf(whole) - discountBesideUsage(all, discount) : paid + sumOf(prorated));
  }

  /** What the period that an order opens has cost. */
  renews(id: SubscriptionId, { cycle, lines, discount_amount: discount }: SnapshotOrder): void {
    if (cycle === null) return;
    const whole = lines.filter((line) => !line.proration && !isUsage(line)).map(({ amount }) => amount);
    this.paid.set(id, sumOf(whole) - discountBesideUsage(lines, discount));
  }
}

/** As much of the discount as can be is thought to be of the usage. */
const discountBesideUsage = (lines: Lines, discount: number): number =>
  Math.max(0, discount - sumOf(lines.filter(isUsage).map(({ amount }) => amount)));
