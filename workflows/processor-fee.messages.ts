/** What may be told to the process that waits for a fee. */
import { defineSignal } from '@temporalio/workflow';
import type { PaymentId } from '../billing/ids.ts';

/** The processor said something about the payment's charge. */
export const feeProcessorEvent = defineSignal<[{ objectId: string }]>('processorEvent');

export interface ProcessorFeeStart {
  readonly paymentId: PaymentId;
}
