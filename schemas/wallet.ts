/** What customers have to their credit, in the peer's shape. */
import { z } from 'zod';
import { Id, identified } from './primitives.ts';

export const WalletType = z.enum(['billing', 'usage']).meta({
  id: 'WalletType',
  description: '`billing` pays for anything, `usage` for what is metered alone, before the other does.',
});
export type WalletType = z.infer<typeof WalletType>;

export const CustomerWallet = z
  .object({
    ...identified,
    customer_id: Id,
    type: WalletType,
    balance: z.int().describe('In minor units; negative: owed, being too small to be charged.'),
    currency: z.string(),
  })
  .meta({ id: 'CustomerWallet', description: 'A balance in one currency, which pays for the next orders.' });
export type CustomerWallet = z.infer<typeof CustomerWallet>;
