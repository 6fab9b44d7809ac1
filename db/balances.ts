/** Reads what a customer has to their credit. */
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
