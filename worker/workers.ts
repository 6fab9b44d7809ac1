/** The workers of one process: billing steps, the card processor, and deliveries, each with its own queue and limits. */
import { NativeConnection, type WorkerOptions, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type { Dependencies } from '../activities/dependencies.ts';
import { checkoutActivities } from '../activities/checkouts/index.ts';
import { invariantActivities } from '../activities/invariants/index.ts';
import { steeringActivities } from '../activities/steering/index.ts';
import { stripeActivities } from '../activities/stripe/index.ts';
import { subscriptionActivities } from '../activities/subscriptions/index.ts';
import { BILLING_QUEUE, PROCESSOR_QUEUE } from '../workflows/task-queues.ts';

export interface WorkersOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly deps: Dependencies;
  readonly workflows: { readonly workflowBundle: WorkflowBundleOption } | { readonly workflowsPath: string };
}

/** Calls to the processor at once; more only makes it answer more slowly. */
const PROCESSOR_SLOTS = 32;

export async function createWorkers({ connection, namespace, deps, workflows }: WorkersOptions): Promise<Worker[]> {
  const common = {
    connection,
    namespace,
    shutdownGraceTime: '20 s',
    shutdownForceTime: '25 s',
  } satisfies Partial<WorkerOptions>;
  return Promise.all([
    Worker.create({
      ...common,
      ...workflows,
      taskQueue: BILLING_QUEUE,
      activities: {
        ...subscriptionActivities(deps),
        ...checkoutActivities(deps),
        ...steeringActivities(deps),
        ...invariantActivities(deps),
      },
      maxCachedWorkflows: 600,
    }),
    Worker.create({
      ...common,
      taskQueue: PROCESSOR_QUEUE,
      activities: stripeActivities(deps),
      maxConcurrentActivityTaskExecutions: PROCESSOR_SLOTS,
    }),
  ]);
}
