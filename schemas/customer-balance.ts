/** What a customer has to their credit. */
import { z } from 'zod';
import { Currency } from './currency.ts';
import { Id, Instant, line } from './primitives.ts';
import { WalletType } from './wallet.ts';

export const CustomerBalances = z
  .object({
    items: z.array(
      z.object({
        type: WalletType,
        currency: z.string(),
        amount: z.int().describe('In minor units; negative: owed, being too small to be charged.'),
      }),
    ),
  })
  .meta({ id: 'CustomerBalances', description: 'By currency and type. The next orders use them.' });
export type CustomerBalances = z.infer<typeof CustomerBalances>;

export const BalanceAdjustmentCreate = z
  .object({
    type: WalletType.default('billing'),
    currency: Currency,
    amount: z
      .int()
      .min(-99_999_999)
      .max(99_999_999)
      .refine((amount) => amount !== 0, 'It must not be 0.')
      .describe('In minor units; negative: taken from the balance, which can’t fall below 0 by that.'),
    reason: line(500).describe('Why, for your own records.'),
    idempotency_key: line(255).describe('Yours: the same again changes nothing, and answers as the first time.'),
  })
  .meta({ id: 'BalanceAdjustmentCreate' });
export type BalanceAdjustmentCreate = z.infer<typeof BalanceAdjustmentCreate>;

export const BalanceAdjustment = z
  .object({
    id: Id,
    created_at: Instant,
    customer_id: Id,
    type: WalletType,
    currency: z.string(),
    amount: z.int(),
    reason: z.string(),
    idempotency_key: z.string(),
    balance: z.int().describe('What the customer now has in this currency.'),
  })
  .meta({ id: 'BalanceAdjustment', description: 'What was given to a customer’s balance, or taken from it.' });
export type BalanceAdjustment = z.infer<typeof BalanceAdjustment>;
