/** What customers have to their credit, in the peer's shape. */
import { z } from 'zod';
import { Id, identified } from './primitives.ts';

export const CustomerWallet = z
  .object({
    ...identified,
    customer_id: Id,
    balance: z.int().describe('In minor units; negative: owed, being too small to be charged.'),
    currency: z.string(),
  })
  .meta({ id: 'CustomerWallet', description: 'A balance in one currency, which pays for the next orders.' });
export type CustomerWallet = z.infer<typeof CustomerWallet>;
