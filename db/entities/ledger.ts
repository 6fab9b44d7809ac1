import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { amount, currency, instant } from './columns.ts';
import { Organization } from './organization.ts';

export const LEDGER_KINDS = ['payment', 'processor_fee', 'platform_fee'] as const;

/**
 * Where money is. `processor`: held for us by the card processor. `merchant`: owed to the organization.
 * `platform_revenue`: earned by the operator. `processor_fees`: the operator's cost.
 */
export const LEDGER_ACCOUNTS = ['processor', 'merchant', 'platform_revenue', 'processor_fees'] as const;

/** One movement of money, written once for what caused it; its entries sum to 0, which the database enforces. */
export const LedgerTransaction = defineEntity({
  name: 'LedgerTransaction',
  tableName: 'ledger_transactions',
  properties: {
    id: p.uuid().primary(),
    organization: () => p.manyToOne(Organization),
    kind: p.enum(LEDGER_KINDS),
    /** The payment that caused it. */
    sourceId: p.uuid(),
    currency: currency(),
    at: instant(),
    entries: () => p.oneToMany(LedgerEntry).mappedBy('transaction'),
  },
  uniques: [{ properties: ['kind', 'sourceId'] }],
  indexes: [{ properties: ['organization', 'at'] }],
});
export type LedgerTransactionRow = InferEntity<typeof LedgerTransaction>;

/** One side of a movement: debits positive, credits negative. */
export const LedgerEntry = defineEntity({
  name: 'LedgerEntry',
  tableName: 'ledger_entries',
  properties: {
    id: p.uuid().primary(),
    transaction: () => p.manyToOne(LedgerTransaction),
    account: p.enum(LEDGER_ACCOUNTS),
    amount: amount(),
  },
  indexes: [{ properties: ['transaction'] }],
});
export type LedgerEntryRow = InferEntity<typeof LedgerEntry>;
