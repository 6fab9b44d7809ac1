/** A customer's balance and wallet with an organization, and what of them goes into an order. Amounts in minor units. */
import { type Chargeable, inSteps } from './chargeable.ts';

export interface Applied {
  /** Added to the order's total: negative where the balance pays for some of it. The balance changes by as much. */
  readonly applied: number;
  /** What is left to be charged. */
  readonly due: number;
}

/**
 * The balance is used after tax. What an order gives back is added to it; where it is negative, it is owed, and the
 * order asks for it too. What is too small to be charged, or is left beyond the last step, is owed until the next order.
 */
export function applyBalance(total: number, balance: number, card: Chargeable): Applied {
  const wanted = Math.max(0, total - balance);
  const due = wanted < card.least ? 0 : inSteps(wanted, card);
  // An order that is free is not made to collect what is owed.
  return total === 0 ? { applied: 0, due: 0 } : { applied: due - total + 0, due };
}

/** For an order that nobody will charge: the balance pays all of it or none, and asks for nothing besides. */
export function applyBalanceUncharged(total: number, balance: number, card: Chargeable): Applied {
  if (total < 0) return { applied: -total, due: 0 };
  const settled = applyBalance(total, balance, card);
  return settled.due === 0 ? settled : { applied: 0, due: total };
}

/** For a checkout: nothing that is owed is added to what its buyer was shown. */
export function applyAtCheckout(total: number, balance: number, card: Chargeable): Applied {
  const wanted = Math.max(0, total - Math.max(0, balance));
  const due = balance > 0 && wanted < card.least ? 0 : askedOf(total, wanted, card);
  return { applied: due - total + 0, due };
}

/** The balance pays so much less that what is left is in steps; where it pays nothing, what is beyond the last is owed. */
function askedOf(total: number, wanted: number, card: Chargeable): number {
  const steps = inSteps(wanted + card.step - 1, card);
  return steps <= total ? steps : inSteps(wanted, card);
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
  card: Chargeable,
): AppliedWallets {
  const paid = Math.max(0, Math.min(total, usage, wallets.usage));
  const { applied, due } = apply(total - paid, wallets.billing, card);
  // What nobody will charge is paid whole or not at all.
  if (apply === applyBalanceUncharged && due !== 0) return { applied: 0, fromUsageWallet: 0, due: total };
  return { applied: applied - paid, fromUsageWallet: -paid + 0, due };
}

/**
 * For an order that is paid because somebody asks for that: nothing that is owed is added to it, and what is left to charge
 * is not too small. One that is too small by itself is settled as the next order would have it: together with what is owed
 * if that is enough to be charged, else it is owed.
 */
export function applyByHand({ total, usage }: Payable, wallets: Wallets, card: Chargeable): AppliedWallets {
  const ofUsage = Math.max(0, Math.min(total, usage, wallets.usage));
  const wanted = Math.max(0, total - ofUsage - Math.max(0, wallets.billing));
  if (wanted > 0 && total < card.least) return applyWallets(applyBalance, { total, usage }, wallets, card);
  const due = wanted === 0 ? 0 : askedOf(total, Math.max(wanted, card.least), card);
  const paid = Math.max(0, total) - due;
  return { applied: -paid + 0, fromUsageWallet: -Math.min(ofUsage, paid) + 0, due };
}
