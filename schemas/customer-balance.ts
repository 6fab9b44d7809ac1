/** What a customer has to their credit. */
import { z } from 'zod';

export const CustomerBalances = z
  .object({
    items: z.array(
      z.object({
        currency: z.string(),
        amount: z.int().describe('In minor units; negative: owed, being too small to be charged.'),
      }),
    ),
  })
  .meta({ id: 'CustomerBalances', description: 'By currency. The next orders of subscriptions use them.' });
export type CustomerBalances = z.infer<typeof CustomerBalances>;
