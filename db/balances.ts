/** Customers' balances and wallets as rows. */
import { randomUUID } from 'node:crypto';
import type { Wallets } from '../billing/balance.ts';
import type { CustomerRow } from './entities/customer.ts';
import { CustomerBalance, type WalletType } from './entities/customer-balance.ts';
import type { EntityManager } from './orm.ts';

export async function balanceOf(
  em: EntityManager,
  customer: CustomerRow['id'],
  currency: string,
  type: WalletType = 'billing',
): Promise<number> {
  return (await balancesOf(em, customer, currency))[type];
}

export async function balancesOf(em: EntityManager, customer: CustomerRow['id'], currency: string): Promise<Wallets> {
  const rows = await em.find(CustomerBalance, { customer, currency }, { disableIdentityMap: true });
  return byType(rows);
}

/** Nobody else may change them until the commit. Whoever needs both holds them in one order. */
export async function lockedBalancesOf(em: EntityManager, customerId: string, currency: string): Promise<Wallets> {
  const sql =
    'select type, amount from customer_balances where customer_id = ? and currency = ? order by type for update';
  const rows: { type: WalletType; amount: string | number }[] = await em.execute(sql, [customerId, currency]);
  return byType(rows);
}

function byType(rows: readonly { readonly type: WalletType; readonly amount: string | number }[]): Wallets {
  const of = (wanted: WalletType) => Number(rows.find(({ type }) => type === wanted)?.amount ?? 0);
  return { billing: of('billing'), usage: of('usage') };
}

/** By as much; the movement in the books is the caller's, in the same transaction. */
export async function changeBalance(
  em: EntityManager,
  customerId: string,
  currency: string,
  type: WalletType,
  change: number,
  at: Date,
): Promise<void> {
  // A new row is checked before it is found to be there already: a wallet for usage is never below 0.
  const first = type === 'usage' ? Math.max(0, change) : change;
  await em.execute(
    `insert into customer_balances (id, created_at, customer_id, currency, type, amount) values (?, ?, ?, ?, ?, ?)
     on conflict (customer_id, currency, type)
     do update set amount = customer_balances.amount + ?, modified_at = excluded.created_at`,
    [randomUUID(), at, customerId, currency, type, first, change],
  );
}
