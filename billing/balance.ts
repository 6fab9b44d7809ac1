/** A customer's balance and wallet with an organization, and what of them goes into an order. Amounts in minor units. */

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

/** For a checkout: nothing that is owed is added to what its buyer was shown. */
export function applyAtCheckout(total: number, balance: number, minimum: number): Applied {
  return balance > 0 ? applyBalance(total, balance, minimum) : { applied: 0, due: total };
}

/** What a customer has in a currency: `billing` pays for anything, and may be owed; `usage` for what is metered alone. */
export interface Wallets {
  readonly billing: number;
  readonly usage: number;
}

/** What an order comes to, and what of that is metered: after discounts, with its share of the tax. */
export interface Payable {
  readonly total: number;
  readonly usage: number;
}

export interface AppliedWallets extends Applied {
  /** What of `applied` the wallet for usage pays: never above 0. */
  readonly fromUsageWallet: number;
}

/** Usage is paid by its own wallet first; the balance then settles what is left, as `apply` says. */
export function applyWallets(
  apply: typeof applyBalance,
  { total, usage }: Payable,
  wallets: Wallets,
  minimum: number,
): AppliedWallets {
  const paid = Math.max(0, Math.min(total, usage, wallets.usage));
  const { applied, due } = apply(total - paid, wallets.billing, minimum);
  // What nobody will charge is paid whole or not at all.
  if (apply === applyBalanceUncharged && due !== 0) return { applied: 0, fromUsageWallet: 0, due: total };
  return { applied: applied - paid, fromUsageWallet: -paid + 0, due };
}

/**
 * For an order that is paid because somebody asks for that: nothing that is owed is added to it, and what is left to charge
 * is not too small.
 */
export function applyByHand({ total, usage }: Payable, wallets: Wallets, minimum: number): AppliedWallets {
  const ofUsage = Math.max(0, Math.min(total, usage, wallets.usage));
  const most = ofUsage + Math.max(0, wallets.billing);
  const paid = most >= total ? Math.max(0, total) : Math.max(0, Math.min(most, total - minimum));
  return { applied: -paid + 0, fromUsageWallet: -Math.min(ofUsage, paid) + 0, due: total - paid };
}
