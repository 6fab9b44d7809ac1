/** The workers of one process: billing steps, the card processor, and deliveries, each with its own queue and limits. */
import {
  bundleWorkflowCode,
  type NativeConnection,
  Worker,
  type WorkerOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { benefitActivities } from '../activities/benefits/index.ts';
import { checkoutActivities } from '../activities/checkouts/index.ts';
import type { Dependencies } from '../activities/dependencies.ts';
import { documentActivities } from '../activities/documents/index.ts';
import { emailActivities } from '../activities/email/index.ts';
import { invariantActivities } from '../activities/invariants/index.ts';
import { ledgerActivities } from '../activities/ledger/index.ts';
import { orderActivities } from '../activities/orders/index.ts';
import { retentionActivities } from '../activities/retention/index.ts';
import { steeringActivities } from '../activities/steering/index.ts';
import { stripeActivities } from '../activities/stripe/index.ts';
import { subscriptionActivities } from '../activities/subscriptions/index.ts';
import { sweepActivities } from '../activities/sweep/index.ts';
import { taxActivities } from '../activities/tax/record.ts';
import { usageActivities } from '../activities/usage/index.ts';
import { webhookActivities } from '../activities/webhooks/index.ts';
import { loadBenefitTypes } from '../benefits/registry.ts';
import { BILLING_QUEUE, DELIVERY_QUEUE, PROCESSOR_QUEUE } from '../workflows/task-queues.ts';

export interface WorkersOptions {
  /** Further types of benefits than the product's own. */
  readonly benefitDirectories?: readonly URL[];
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly deps: Dependencies;
  readonly workflows: { readonly workflowBundle: WorkflowBundleOption } | { readonly workflowsPath: string };
  /** Billing processes kept in memory between their tasks; the others are replayed when they wake. */
  readonly maxCachedWorkflows?: number;
}

/** Calls to the processor at once; more only makes it answer more slowly. */
const PROCESSOR_SLOTS = 32;
/** Receivers that are slow hold a slot for up to 10 s each, and must not hold up the others. */
const DELIVERY_SLOTS = 200;

export async function createWorkers({
  connection,
  namespace,
  deps,
  workflows,
  benefitDirectories,
  maxCachedWorkflows = 600,
}: WorkersOptions): Promise<Worker[]> {
  const common = {
    connection,
    namespace,
    shutdownGraceTime: '20 s',
    shutdownForceTime: '25 s',
  } satisfies Partial<WorkerOptions>;
  const benefitTypes = await loadBenefitTypes(...(benefitDirectories ?? []));
  const workflowBundle = 'workflowBundle' in workflows ? workflows.workflowBundle : await bundleWorkflowCode(workflows);
  return Promise.all([
    Worker.create({
      ...common,
      workflowBundle,
      taskQueue: BILLING_QUEUE,
      activities: {
        ...subscriptionActivities(deps),
        ...checkoutActivities(deps),
        ...orderActivities(deps),
        ...steeringActivities(deps),
        ...sweepActivities(deps),
        ...usageActivities(deps),
        ...invariantActivities(deps),
        ...benefitActivities(deps, benefitTypes),
      },
      maxCachedWorkflows,
    }),
    Worker.create({
      ...common,
      taskQueue: PROCESSOR_QUEUE,
      activities: { ...stripeActivities(deps), ...ledgerActivities(deps), ...taxActivities(deps) },
      maxConcurrentActivityTaskExecutions: PROCESSOR_SLOTS,
    }),
    Worker.create({
      ...common,
      workflowBundle,
      taskQueue: DELIVERY_QUEUE,
      activities: {
        ...webhookActivities(deps),
        ...emailActivities(deps),
        ...documentActivities(deps),
        ...retentionActivities(deps),
      },
      maxConcurrentActivityTaskExecutions: DELIVERY_SLOTS,
      maxCachedWorkflows: 200,
    }),
  ]);
}
