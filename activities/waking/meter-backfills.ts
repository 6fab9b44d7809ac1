/** Starts the process that counts for a meter what came in before it was made. */
import type { MeterId } from '../../billing/ids.ts';
import { meterBackfillWorkflowId } from '../../billing/workflow-ids.ts';
import { MeterBackfill } from '../../db/entities/meter-backfill.ts';
import { countAnew } from '../../workflows/meter-backfill.messages.ts';
import type { meterBackfill } from '../../workflows/meter-backfill.ts';
import { foundBy } from '../../workflows/search-attributes.ts';
import { BILLING_QUEUE } from '../../workflows/task-queues.ts';
import type { Waker } from './wake.ts';

export const startMeterBackfills: Waker = async (em, temporal, subjectIds) => {
  const running = await em.find(
    MeterBackfill,
    { meterId: { $in: subjectIds as MeterId[] }, finishedAt: null },
    { disableIdentityMap: true },
  );
  return running.map(({ meterId, organizationId }) => ({
    subjectId: meterId,
    call: () =>
      temporal.workflow.signalWithStart<typeof meterBackfill>('meterBackfill', {
        workflowId: meterBackfillWorkflowId(meterId),
        taskQueue: BILLING_QUEUE,
        args: [{ meterId }],
        signal: countAnew,
        typedSearchAttributes: foundBy(organizationId, null),
        staticSummary: `Meter ${meterId}: what came in before it was made`,
      }),
  }));
};
