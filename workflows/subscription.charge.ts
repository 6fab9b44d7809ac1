/** One charge of a subscription, however often it has been begun. */
import { log } from '@temporalio/workflow';
import type { ActionRequired, ChargeOutcome } from '../activities/stripe/outcome.ts';
import type { PaymentId } from '../billing/ids.ts';
import type { PendingCharge } from '../billing/subscription-state.ts';
import { hasRunOutOfTime } from './patience.ts';
import { KEY_LIFETIME, processorReads, processorWithin } from './proxies.ts';

/**
 * Made under the same key for as long as the processor knows the key. A charge whose answer has not come by then is
 * looked up before anything else is done about it.
 */
export function charge({ paymentId, begunAt }: PendingCharge): Promise<ChargeOutcome> {
  return madeOrFound(
    paymentId,
    begunAt,
    (processor) => processor.charge({ paymentId }),
    () => processorReads.findCharge({ paymentId }),
  );
}

/** Of a customer who is there, and whom their bank may want to ask first. */
export function chargePresent({ paymentId, begunAt }: PendingCharge): Promise<ChargeOutcome | ActionRequired> {
  return madeOrFound(
    paymentId,
    begunAt,
    (processor) => processor.chargePresent({ paymentId }),
    () => processorReads.findPresentCharge({ paymentId }),
  );
}

async function madeOrFound<Outcome>(
  paymentId: PaymentId,
  begunAt: number,
  make: (processor: ReturnType<typeof processorWithin>) => Promise<Outcome>,
  find: () => Promise<Outcome>,
): Promise<Outcome> {
  // The processor lives in real time, also where the customer lives on a test clock.
  const left = begunAt + KEY_LIFETIME - Date.now();
  if (left > 0) {
    try {
      return await make(processorWithin(left));
    } catch (error) {
      if (!hasRunOutOfTime(error)) throw error;
    }
  }
  log.warn('the processor has not answered a charge; looking it up', { paymentId });
  return find();
}
