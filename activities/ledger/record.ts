/** Writes a payment into the books: what came in, what the processor kept, what the platform earned. */
import { randomUUID } from 'node:crypto';
import type { CustomerId, OrganizationId } from '../../billing/ids.ts';
import {
  LedgerEntry,
  type LedgerEntryRow,
  LedgerTransaction,
  type LedgerTransactionRow,
} from '../../db/entities/ledger.ts';
import type { EntityManager } from '../../db/orm.ts';

type Account = LedgerEntryRow['account'];
type Kind = LedgerTransactionRow['kind'];

/** Amounts in minor units of `currency`. `processorFee` is null where the processor hasn't said it yet. */
export interface PaymentForBooks {
  readonly paymentId: string;
  readonly organizationId: OrganizationId;
  readonly currency: string;
  readonly amount: number;
  readonly processorFee: number | null;
  readonly platformFee: number;
  readonly at: Date;
}

export async function recordPayment(em: EntityManager, payment: PaymentForBooks): Promise<void> {
  const movements: Movement[] = [
    { kind: 'payment', from: 'merchant', to: 'processor', amount: payment.amount },
    { kind: 'platform_fee', from: 'platform_revenue', to: 'merchant', amount: payment.platformFee },
  ];
  if (payment.processorFee !== null) movements.push(processorFeeMovement(payment.processorFee));
  await record(em, { ...payment, sourceId: payment.paymentId }, movements);
}

/** For a fee that became known after the payment was recorded. */
export async function recordProcessorFee(
  em: EntityManager,
  payment: Omit<PaymentForBooks, 'platformFee' | 'processorFee' | 'amount'>,
  fee: number,
): Promise<void> {
  await record(em, { ...payment, sourceId: payment.paymentId }, [processorFeeMovement(fee)]);
}

/** `to` is debited (positive), `from` is credited (negative). */
export interface Movement {
  readonly kind: Kind;
  readonly from: Account;
  readonly to: Account;
  readonly amount: number;
}

const processorFeeMovement = (amount: number): Movement => ({
  kind: 'processor_fee',
  from: 'processor',
  to: 'processor_fees',
  amount,
});

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
