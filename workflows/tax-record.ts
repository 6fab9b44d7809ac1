/** Tells the tax provider of a paid order until it has taken it. */
import { proxyActivities } from '@temporalio/workflow';
import type { taxActivities } from '../activities/tax/record.ts';
import type { OrderId } from '../billing/ids.ts';
import { PROCESSOR_QUEUE } from './task-queues.ts';

const { recordTaxOfOrder } = proxyActivities<ReturnType<typeof taxActivities>>({
  taskQueue: PROCESSOR_QUEUE,
  startToCloseTimeout: '40 s',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '10 min' },
});

export async function taxRecord(start: { readonly orderId: OrderId }): Promise<void> {
  await recordTaxOfOrder(start);
}
