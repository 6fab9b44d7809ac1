/** Books the fee of a payment that was paid before the processor had said what it keeps. */
import type { PaymentId } from '../../billing/ids.ts';
import { LedgerTransaction } from '../../db/entities/ledger.ts';
import { Payment } from '../../db/entities/payment.ts';
import { lockRow } from '../../db/lock.ts';
import { type Dependencies, transaction } from '../dependencies.ts';
import { readFee } from '../stripe/fee.ts';
import { recordProcessorFee } from './record.ts';

export async function bookProcessorFee(
  deps: Dependencies,
  { paymentId }: { readonly paymentId: PaymentId },
): Promise<{ isBooked: boolean }> {
  const { processorId, processorFee } = await deps.orm.em.fork().findOneOrFail(Payment, paymentId);
  const fee = processorFee ?? (processorId ? await readFee(deps.stripe, processorId) : null);
  if (fee === null) return { isBooked: false };
  await transaction(deps, async (em) => {
    await lockRow(em, Payment, paymentId);
    const payment = await em.findOneOrFail(Payment, paymentId);
    payment.processorFee ??= fee;
    // The books decide, not the payment's row: the fee may have become known while the payment was being recorded.
    const isBooked = (await em.count(LedgerTransaction, { kind: 'processor_fee', sourceId: paymentId })) > 0;
    if (isBooked) return;
    await recordProcessorFee(
      em,
      {
        paymentId,
        organizationId: payment.organization.id,
        currency: payment.currency,
        at: payment.modifiedAt ?? payment.createdAt,
      },
      payment.processorFee,
    );
  });
  return { isBooked: true };
}
