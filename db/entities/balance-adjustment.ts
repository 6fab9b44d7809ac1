import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { amount, currency, instant } from './columns.ts';
import { Customer } from './customer.ts';
import { WALLET_TYPES } from './customer-balance.ts';
import { Organization } from './organization.ts';

/** What a merchant gave to a customer's balance, or took from it, once for each of their keys. */
export const BalanceAdjustment = defineEntity({
  name: 'BalanceAdjustment',
  tableName: 'balance_adjustments',
  properties: {
    id: p.uuid().primary(),
    createdAt: instant(),
    organization: () => p.manyToOne(Organization),
    customer: () => p.manyToOne(Customer),
    currency: currency(),
    type: p.enum(WALLET_TYPES).default('billing'),
    /** Negative: taken. */
    amount: amount(),
    reason: p.text(),
    idempotencyKey: p.text(),
  },
  uniques: [{ properties: ['organization', 'idempotencyKey'] }],
  indexes: [{ properties: ['customer'] }],
});
export type BalanceAdjustmentRow = InferEntity<typeof BalanceAdjustment>;
