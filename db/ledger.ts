/** Writes movements of money into the books. */
import { randomUUID } from 'node:crypto';
import type { CustomerId, OrganizationId } from '../billing/ids.ts';
import { LedgerEntry, type LedgerEntryRow, LedgerTransaction, type LedgerTransactionRow } from './entities/ledger.ts';
import type { EntityManager } from './orm.ts';

type Account = LedgerEntryRow['account'];

/** `to` is debited (positive), `from` is credited (negative). */
export interface Movement {
  readonly kind: LedgerTransactionRow['kind'];
  readonly from: Account;
  readonly to: Account;
  readonly amount: number;
}

/** What causes a movement, and whose balance it moves, if anybody's. */
export interface Cause {
  readonly sourceId: string;
  readonly organizationId: OrganizationId;
  readonly customerId?: CustomerId;
  readonly currency: string;
  readonly at: Date;
}

/** The unique key of kind and source makes a second writing of the same movement fail rather than count twice. */
export async function record(
  em: EntityManager,
  { sourceId, organizationId, customerId, currency, at }: Cause,
  movements: readonly Movement[],
): Promise<void> {
  const moving = movements.filter(({ amount }) => amount !== 0).map((movement) => ({ ...movement, id: randomUUID() }));
  if (moving.length === 0) return;
  const common = { organization: organizationId, customer: customerId ?? null, sourceId, currency, at };
  await em.insertMany(
    LedgerTransaction,
    moving.map(({ id, kind }) => ({ id, kind, ...common })),
  );
  await em.insertMany(
    LedgerEntry,
    moving.flatMap(({ id, from, to, amount }) => [
      { id: randomUUID(), transaction: id, account: to, amount },
      { id: randomUUID(), transaction: id, account: from, amount: -amount },
    ]),
  );
}
