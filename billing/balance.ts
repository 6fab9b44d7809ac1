/** A customer's balance with an organization, and what of it goes into an order. Amounts in minor units. */

export interface Applied {
  /** Added to the order's total: negative where the balance pays for some of it. The balance changes by as much. */
  readonly applied: number;
  /** What is left to be charged. */
  readonly due: number;
}

/**
 * The balance is used after tax. What an order gives back is added to it; where it is negative, it is owed, and the
 * order asks for it too. What is too small to be charged (`minimum`) is owed until the next order.
 */
export function applyBalance(total: number, balance: number, minimum: number): Applied {
  const wanted = Math.max(0, total - balance);
  const due = wanted < minimum ? 0 : wanted;
  // An order that is free is not made to collect what is owed.
  return total === 0 ? { applied: 0, due: 0 } : { applied: due - total + 0, due };
}

/** For an order that nobody will charge: the balance pays all of it or none, and asks for nothing besides. */
export function applyBalanceUncharged(total: number, balance: number, minimum: number): Applied {
  if (total < 0) return { applied: -total, due: 0 };
  const settled = applyBalance(total, balance, minimum);
  return settled.due === 0 ? settled : { applied: 0, due: total };
}
