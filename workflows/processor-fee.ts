/** Asks what the processor kept of a payment until it says so, and ends with the fee in the books. */
import { condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { ledgerActivities } from '../activities/ledger/index.ts';
import { feeProcessorEvent, type ProcessorFeeStart } from './processor-fee.messages.ts';
import { PROCESSOR_QUEUE } from './task-queues.ts';

const { bookProcessorFee } = proxyActivities<ReturnType<typeof ledgerActivities>>({
  taskQueue: PROCESSOR_QUEUE,
  startToCloseTimeout: '40 s',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '10 min' },
});

const FIRST_PAUSE = 10_000;
const LONGEST_PAUSE = 24 * 60 * 60_000;

export async function processorFee(start: ProcessorFeeStart): Promise<void> {
  let hasHeard = false;
  setHandler(feeProcessorEvent, () => {
    hasHeard = true;
  });
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    hasHeard = false;
    const { isBooked } = await bookProcessorFee(start);
    if (isBooked) return;
    await condition(() => hasHeard, pause, { summary: 'until the processor is asked again' });
  }
}
