/** Writes a payment into the books: what came in, what the processor kept, what the platform earned. */
import type { OrganizationId } from '../../billing/ids.ts';
import { type Movement, record } from '../../db/ledger.ts';
import type { EntityManager } from '../../db/orm.ts';

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

const processorFeeMovement = (amount: number): Movement => ({
  kind: 'processor_fee',
  from: 'processor',
  to: 'processor_fees',
  amount,
});
