/** A change's charge waits for the customer, whom their bank wants to ask. */
import type { PaymentId } from '../../billing/ids.ts';
import { Payment } from '../../db/entities/payment.ts';
import type { Dependencies } from '../dependencies.ts';
import { type Step, type Stepped, takeStep } from './step.ts';

/** So long, in ms, by the customer's own clock. */
const PATIENCE = 60 * 60_000;

export function waitForBank(deps: Dependencies, step: Step & { readonly paymentId: PaymentId }): Promise<Stepped> {
  return takeStep(deps, step, async (em, _row, at) => {
    const payment = await em.findOneOrFail(Payment, step.paymentId);
    payment.approveBy = new Date(at.getTime() + PATIENCE);
    payment.modifiedAt = at;
  });
}
