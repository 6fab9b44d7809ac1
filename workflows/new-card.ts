/** Tries a customer's new default card at once on what they owe. */
import type { CustomerId } from '../billing/ids.ts';
import { steering } from './proxies.ts';

export interface NewCard {
  readonly customerId: CustomerId;
  /** Names the choice: one card may be chosen several times. */
  readonly choice: string;
}

export async function newCard({ customerId, choice }: NewCard): Promise<void> {
  await steering.retryUnpaid({ customerId, cause: choice });
}
