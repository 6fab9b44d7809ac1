/** One charge of a subscription, however often it has been begun. */
import { log } from '@temporalio/workflow';
import type { ChargeOutcome } from '../activities/stripe/outcome.ts';
import type { PendingCharge } from '../billing/subscription-state.ts';
import { hasRunOutOfTime } from './patience.ts';
import { KEY_LIFETIME, processorReads, processorWithin } from './proxies.ts';

/**
 * Made under the same key for as long as the processor knows the key. A charge whose answer has not come by then is
 * looked up before anything else is done about it.
 */
export async function charge({ paymentId, begunAt }: PendingCharge): Promise<ChargeOutcome> {
  // The processor lives in real time, also where the customer lives on a test clock.
  const left = begunAt + KEY_LIFETIME - Date.now();
  if (left > 0) {
    try {
      return await processorWithin(left).charge({ paymentId });
    } catch (error) {
      if (!hasRunOutOfTime(error)) throw error;
    }
  }
  log.warn('the processor has not answered a charge; looking it up', { paymentId });
  return processorReads.findCharge({ paymentId });
}
