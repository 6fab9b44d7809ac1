/** Makes one document of an order, and tries until it is made. */
import { proxyActivities } from '@temporalio/workflow';
import type { documentActivities } from '../activities/documents/index.ts';

const { makeDocument } = proxyActivities<ReturnType<typeof documentActivities>>({
  startToCloseTimeout: '60 s',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '10 min' },
});

export async function document({ documentId }: { readonly documentId: string }): Promise<void> {
  await makeDocument({ documentId, at: Date.now() });
}
