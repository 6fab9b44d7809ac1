/** Fifty customers and what becomes of them: the same every time. */

export type Fate =
  | 'stays'
  | 'cancels'
  | 'cancels and comes back'
  | 'leaves in the trial'
  | 'card fails at the end of the trial'
  | 'card begins to fail'
  | 'card begins to fail, and is replaced'
  | 'is revoked'
  | 'changes to the yearly plan'
  | 'pauses for two months'
  | 'adds seats';

export type Plan = 'trial' | 'monthly' | 'yearly' | 'weekly' | 'team';

export interface Person {
  readonly name: string;
  readonly email: string;
  readonly plan: Plan;
  readonly fate: Fate;
  /** In which month of the year, from 1, it happens. */
  readonly month: number;
  /** The processor's name of the card that they buy with. */
  readonly card: string;
  /** A discount code that they know; null: none. */
  readonly code: string | null;
}

/** A quarter off the first three months. */
export const CODE = 'HELLO';

const FATES: readonly (readonly [Plan, Fate, number])[] = [
  ['trial', 'stays', 10],
  ['trial', 'leaves in the trial', 10],
  ['trial', 'card fails at the end of the trial', 5],
  ['monthly', 'stays', 9],
  ['monthly', 'cancels', 4],
  ['monthly', 'cancels and comes back', 3],
  ['monthly', 'card begins to fail', 4],
  ['monthly', 'card begins to fail, and is replaced', 5],
  ['monthly', 'is revoked', 2],
  ['monthly', 'changes to the yearly plan', 3],
  ['monthly', 'pauses for two months', 2],
  ['team', 'adds seats', 3],
  ['yearly', 'stays', 4],
  ['weekly', 'stays', 2],
];

const FAILING: ReadonlySet<Fate> = new Set([
  'card fails at the end of the trial',
  'card begins to fail',
  'card begins to fail, and is replaced',
]);

export function people(count: number): Person[] {
  const fates = FATES.flatMap(([plan, fate, weight]) => new Array<readonly [Plan, Fate]>(weight).fill([plan, fate]));
  return Array.from({ length: count }, (_, index) => {
    // A step that has no factor in common with the number of fates visits them all in turn.
    const [plan, fate] = fates[(index * 29) % fates.length] ?? ['monthly', 'stays'];
    return {
      name: `Customer ${index + 1} Example`,
      email: `customer-${index + 1}@example.com`,
      plan,
      fate,
      month: 2 + (index % 8),
      card: FAILING.has(fate) ? 'pm_card_chargeCustomerFail' : 'pm_card_visa',
      code: index % 3 === 0 ? CODE : null,
    };
  });
}
