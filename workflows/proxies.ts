/** How each kind of activity is called: its queue, its time, its patience. */
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { checkoutActivities } from '../activities/checkouts/index.ts';
import type { orderActivities } from '../activities/orders/index.ts';
import type { steeringActivities } from '../activities/steering/index.ts';
import type { stripeActivities } from '../activities/stripe/index.ts';
import type { subscriptionActivities } from '../activities/subscriptions/index.ts';
import { PROCESSOR_QUEUE } from './task-queues.ts';

type DatabaseSteps = ReturnType<typeof subscriptionActivities> &
  ReturnType<typeof checkoutActivities> &
  ReturnType<typeof orderActivities>;

/**
 * A step in the database: milliseconds when all is well, so it runs within the workflow's own task; while Postgres is
 * away it is tried until it is back.
 */
export const database = proxyLocalActivities<DatabaseSteps>({
  startToCloseTimeout: '20 s',
  localRetryThreshold: '30 s',
  retry: { initialInterval: '200 ms', backoffCoefficient: 2, maximumInterval: '15 s' },
});

/** How long, in ms, an idempotency key is used: the processor forgets it after 24 h. */
export const KEY_LIFETIME = 22 * 60 * 60_000;

/** Calls that move money, under keys that are still good for `left` ms; `hasRunOutOfTime` after that. */
export const processorWithin = (left: number) =>
  proxyActivities<ReturnType<typeof stripeActivities>>({
    taskQueue: PROCESSOR_QUEUE,
    startToCloseTimeout: '40 s',
    scheduleToCloseTimeout: left,
    retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '5 min' },
  });

/** Calls that move money, under keys of their own; what became of one without an answer is then looked up. */
export const processor = processorWithin(KEY_LIFETIME);

/** A question to the processor, asked until it is answered. */
export const processorReads = proxyActivities<ReturnType<typeof stripeActivities>>({
  taskQueue: PROCESSOR_QUEUE,
  startToCloseTimeout: '40 s',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '10 min' },
});

/** Calls to other processes, which may take their time: a whole period of a subscription happens within one. */
export const steering = proxyActivities<ReturnType<typeof steeringActivities>>({
  startToCloseTimeout: '10 min',
  heartbeatTimeout: '60 s',
  retry: { initialInterval: '500 ms', backoffCoefficient: 2, maximumInterval: '10 s' },
});
