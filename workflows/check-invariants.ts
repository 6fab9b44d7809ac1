/** Checks what must hold for one organization, and answers with what doesn't. */
import { proxyActivities } from '@temporalio/workflow';
import type { Findings, invariantActivities } from '../activities/invariants/index.ts';
import type { OrganizationId } from '../billing/ids.ts';

const { checkInvariants: check } = proxyActivities<ReturnType<typeof invariantActivities>>({
  startToCloseTimeout: '5 min',
  heartbeatTimeout: '60 s',
  retry: { maximumAttempts: 3 },
});

export async function checkInvariants({ organizationId }: { organizationId: OrganizationId }): Promise<Findings> {
  return check({ organizationId, at: Date.now() });
}
