/** What a customer has to their credit, read and changed. */
import { randomUUID } from 'node:crypto';
import { CustomerBalance } from './entities/customer-balance.ts';
import type { EntityManager } from './orm.ts';

export async function balanceOf(em: EntityManager, customerId: string, currency: string): Promise<number> {
  const options = { disableIdentityMap: true } as const;
  const row = await em.findOne(CustomerBalance, { customer: customerId, currency } as never, options);
  return row?.amount ?? 0;
}

/** Nobody else may change it until the commit. */
export async function lockedBalanceOf(em: EntityManager, customerId: string, currency: string): Promise<number> {
  const sql = 'select amount from customer_balances where customer_id = ? and currency = ? for update';
  const [row]: { amount: string | number }[] = await em.execute(sql, [customerId, currency]);
  return row === undefined ? 0 : Number(row.amount);
}

/** By as much; the movement in the books is the caller's, in the same transaction. */
export async function changeBalance(
  em: EntityManager,
  customerId: string,
  currency: string,
  change: number,
  at: Date,
): Promise<void> {
  await em.execute(
    `insert into customer_balances (id, created_at, customer_id, currency, amount) values (?, ?, ?, ?, ?)
     on conflict (customer_id, currency)
     do update set amount = customer_balances.amount + excluded.amount, modified_at = excluded.created_at`,
    [randomUUID(), at, customerId, currency, change],
  );
}
