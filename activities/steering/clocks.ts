/** Steering what hangs on a test clock: who that is, letting them live, and waiting until they rest. */

import { raw } from '@mikro-orm/core';
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TestClockId } from '../../billing/ids.ts';
import { checkoutWorkflowId, subscriptionWorkflowId } from '../../billing/workflow-ids.ts';
import { BenefitGrant } from '../../db/entities/benefit-grant.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { OutboxMessage } from '../../db/entities/outbox.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import { TestClock } from '../../db/entities/test-clock.ts';
import { WebhookEvent } from '../../db/entities/webhook.ts';
import { liveUntil } from '../../workflows/test-clock.messages.ts';
import { type Dependencies, transaction } from '../dependencies.ts';

interface OfClock {
  readonly clockId: TestClockId;
}

/** How many processes are steered at once. */
const AT_ONCE = 16;

/** The processes that have a life ahead of them on this clock, by workflow id. */
export async function listHanging({ orm }: Dependencies, { clockId }: OfClock): Promise<string[]> {
  const em = orm.em.fork();
  const ofClock = { customer: { testClock: clockId } };
  const [subscriptions, checkouts] = await Promise.all([
    em.find(Subscription, { ...ofClock, status: { $ne: 'canceled' } }, { fields: ['id'] }),
    em.find(Checkout, { ...ofClock, status: { $in: ['open', 'confirmed'] } }, { fields: ['id'] }),
  ]);
  return [
    ...subscriptions.map(({ id }) => subscriptionWorkflowId(id)),
    ...checkouts.map(({ id }) => checkoutWorkflowId(id)),
  ];
}

/**
 * Lets the processes live until an instant, side by side, and answers with the next instant at which any of them has
 * work; null where none has. A process that is over has none.
 */
export async function letLive(
  { temporal }: Dependencies,
  { workflowIds, to }: { readonly workflowIds: readonly string[]; readonly to: number },
): Promise<(number | null)[]> {
  const answers = new Array<number | null>(workflowIds.length).fill(null);
  const waiting = workflowIds.entries();
  const steer = async () => {
    for (const [index, workflowId] of waiting) {
      answers[index] = await live(temporal, workflowId, to);
      Context.current().heartbeat(index);
    }
  };
  const beat = setInterval(() => Context.current().heartbeat(), 10_000);
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, steer));
  } finally {
    clearInterval(beat);
  }
  return answers;
}

async function live(temporal: Dependencies['temporal'], workflowId: string, to: number): Promise<number | null> {
  try {
    const { nextDue } = await temporal.workflow.getHandle(workflowId).executeUpdate(liveUntil, { args: [{ to }] });
    return nextDue;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** Writes what the clock now shows; `ready` once it has arrived. */
export function moveClock(
  deps: Dependencies,
  given: OfClock & { readonly to: number; readonly target: number | null; readonly status: 'ready' | 'advancing' },
): Promise<void> {
  return transaction(deps, async (em) => {
    const clock = await em.findOneOrFail(TestClock, given.clockId);
    clock.frozenTime = new Date(given.to);
    clock.targetTime = given.target === null ? null : new Date(given.target);
    clock.status = given.status;
    clock.modifiedAt = new Date(given.to);
  });
}

/**
 * Waits until what was set off has come to rest: grants done or showing an error, and each event of the organization
 * sent once. A receiver that never answers doesn't hold the clock for more than about a minute.
 */
export async function rest({ orm }: Dependencies, { clockId }: OfClock): Promise<void> {
  const em = orm.em.fork();
  const clock = await em.findOneOrFail(TestClock, clockId);
  for (let tries = 0; tries < 600; tries += 1) {
    const [relaying, granting, sending] = await Promise.all([
      em.count(OutboxMessage, { topic: { $in: ['grant', 'webhooks'] } }),
      em.count(BenefitGrant, {
        customer: { testClock: clockId },
        error: null,
        doneVersion: { $lt: raw('version') },
      }),
      em.count(WebhookEvent, {
        state: 'pending',
        endpoint: { organization: clock.organization.id, enabled: true, deletedAt: null },
      }),
    ]);
    if (relaying === 0 && granting === 0 && sending === 0) return;
    Context.current().heartbeat();
    await Context.current().sleep(100);
  }
  throw ApplicationFailure.nonRetryable('Not everything came to rest.', 'NotAtRest');
}
