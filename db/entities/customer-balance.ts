import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { amount, currency, timestamps } from './columns.ts';
import { Customer } from './customer.ts';

/** `billing` pays for anything, `usage` for what is metered. */
export const WALLET_TYPES = ['billing', 'usage'] as const;
export type WalletType = (typeof WALLET_TYPES)[number];

/**
 * What a customer has to their credit in a currency; negative: what they owe, being too small to be charged. The sum of
 * the books' entries, kept as a row so that of two orders at once the second sees what the first has taken.
 */
export const CustomerBalance = defineEntity({
  name: 'CustomerBalance',
  tableName: 'customer_balances',
  properties: {
    /** As the wallet that customers see it as. */
    id: p.uuid().unique(),
    ...timestamps(),
    customer: () => p.manyToOne(Customer).primary(),
    currency: currency().primary(),
    type: p.enum(WALLET_TYPES).primary(),
    amount: amount(),
  },
});
export type CustomerBalanceRow = InferEntity<typeof CustomerBalance>;
