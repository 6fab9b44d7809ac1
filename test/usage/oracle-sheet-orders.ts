/** The sheet of one customer's orders: what is taken off them, what balance and wallet pay, and what is left to charge. */
import { lessDiscount, monthsAfter, share, total } from './oracle-arithmetic.ts';
import { DISCOUNTS, type Tax } from './oracle-plans-scenario.ts';
import { taxOf, taxOfEach } from './oracle-sheet-taxes.ts';

export interface Line {
  readonly kind: 'base' | 'usage' | 'proration';
  /** Of usage; what else is sold is told by what it costs. */
  readonly label: string;
  readonly amount: number;
  /** Used in a trial, which may still be called off. */
  readonly isOfTrial?: boolean;
}

export const costs = ({ amount }: Line): boolean => amount !== 0;

export interface Order {
  readonly subscription: number;
  readonly reason: string;
  readonly lines: readonly Line[];
  readonly discount: number;
  /** Within the total, in both ways of taxing. */
  readonly tax: number;
  readonly total: number;
  /** What its prorated lines come to, with the tax on top of them. */
  readonly prorated: number;
  /** What it has paid for, once it is paid late. */
  readonly pays: 'period' | 'usage' | 'nothing';
  /** Added to the total; of it, what the wallet for usage pays. */
  applied: number;
  fromWallet: number;
  status: 'paid' | 'pending' | 'void';
}

export interface Using {
  readonly which: number;
  /** Of the first order that it took something off. */
  firstUsed: number | null;
  /** None of its months is left then, whenever the period ends. */
  until?: number;
}

/** Whether it is for an order of this date: its months count from its first one. */
export function covers({ which, firstUsed, until }: Using, at: number): boolean {
  const terms = DISCOUNTS[which];
  if (until !== undefined && at >= until) return false;
  if (terms === undefined || firstUsed === null) return true;
  if (terms.duration === 'repeating') return at < monthsAfter(firstUsed, terms.months);
  return terms.duration === 'forever';
}

export function takenOff({ which }: Using, amount: number): number {
  const terms = DISCOUNTS[which];
  if (terms === undefined || amount <= 0) return 0;
  return 'off' in terms ? Math.min(amount, terms.off) : share(amount, terms.percent, 100);
}

export const isOnce = ({ which }: Using): boolean => DISCOUNTS[which]?.duration === 'once';

/** Off the whole order, but for what is prorated. */
export function discountOn(using: Using | null, lines: readonly Line[], at: number): number {
  const whole = lines.filter(({ kind }) => kind !== 'proration').map(({ amount }) => amount);
  return using !== null && covers(using, at) ? takenOff(using, total(whole)) : 0;
}

/** What the discount leaves of each line. */
export function afterDiscount(lines: readonly Line[], discount: number): number[] {
  const left = lessDiscount(
    lines.map(({ kind, amount }) => (kind === 'proration' ? 0 : amount)),
    discount,
  );
  return lines.map(({ kind, amount }, i) => (kind === 'proration' ? amount : (left[i] ?? 0)));
}

/** Less than that a card is not charged with. */
const LEAST = 50;

type Opened = Pick<Order, 'subscription' | 'reason' | 'lines' | 'discount' | 'pays'>;

export class OrderSheet {
  readonly orders: Order[] = [];
  billing = 0;
  usage = 0;
  private cardPays = true;
  private readonly tax: Tax;

  constructor(tax: Tax) {
    this.tax = tax;
  }

  card(pays: boolean): void {
    this.cardPays = pays;
  }

  get pays(): boolean {
    return this.cardPays;
  }

  /** With its tax; and what of it is for usage. */
  private written(given: Opened): { order: Order; ofUsage: number } {
    const left = afterDiscount(given.lines, given.discount);
    const net = total(left);
    const tax = taxOf(net, this.tax);
    const ofEach = taxOfEach(left, tax, this.tax);
    const onTop = (i: number) => (this.tax === 'exclusive' ? (ofEach[i] ?? 0) : 0);
    const sumOf = (kind: Line['kind']) =>
      total(left.map((amount, i) => (given.lines[i]?.kind === kind ? amount + onTop(i) : 0)));
    const sum = this.tax === 'exclusive' ? net + tax : net;
    const order: Order = {
      ...{ ...given, tax, total: sum, prorated: sumOf('proration') },
      ...{ applied: 0, fromWallet: 0, status: 'pending' as const },
    };
    this.orders.push(order);
    return { order, ofUsage: sumOf('usage') };
  }

  /** An order that balance and wallet have paid what they can of; the rest is charged, or owed by who has ended. */
  open(given: Opened, isCharged = true): Order {
    const { order, ofUsage } = this.written(given);
    const fromWallet = Math.max(0, Math.min(order.total, ofUsage, this.usage));
    const rest = order.total - fromWallet;
    const wanted = Math.max(0, rest - this.billing);
    const due = wanted < LEAST ? 0 : wanted;
    // Nobody charges it: it is paid whole or not at all.
    if (!isCharged && due > 0) return order;
    const applied = rest === 0 || (!isCharged && rest < 0) ? 0 - Math.min(0, rest) : due - rest;
    this.usage -= fromWallet;
    this.billing += applied;
    order.fromWallet = -fromWallet + 0;
    order.applied = applied - fromWallet + 0;
    if (rest === 0 || due === 0) order.status = 'paid';
    return order;
  }

  /** Of a checkout, with a card that pays. Nothing that is owed is asked for. */
  sell(given: Omit<Opened, 'discount'>, usesBalance: boolean): Order {
    const { order } = this.written({ ...given, discount: 0 });
    order.status = 'paid';
    if (!usesBalance || order.total <= 0 || this.billing <= 0) return order;
    const wanted = Math.max(0, order.total - this.billing);
    order.applied = (wanted < LEAST ? 0 : wanted) - order.total + 0;
    this.billing += order.applied;
    return order;
  }

  /** Whether it is paid now. */
  charge(order: Order): boolean {
    if (order.status === 'pending' && this.cardPays) order.status = 'paid';
    return order.status === 'paid';
  }

  /** What comes to nothing, or stays owed, gives back what it took; a credit on what stays owed is balance. */
  givesBack(order: Order, isOwed: boolean): void {
    const credit = isOwed ? Math.max(0, -order.prorated) : 0;
    this.billing += credit - (order.applied - order.fromWallet);
    this.usage -= order.fromWallet;
    order.applied = credit;
    order.fromWallet = 0;
  }
}
