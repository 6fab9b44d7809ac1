/** One step of a subscription's process: written once under its sequence number, however often it is tried. */

import { ApplicationFailure } from '@temporalio/common';
import type { SubscriptionId } from '../../billing/ids.ts';
import type { SubscriptionState } from '../../billing/subscription-state.ts';
import { Subscription, type SubscriptionRow } from '../../db/entities/subscription.ts';
import { emit } from '../../db/events.ts';
import { lockSubscription } from '../../db/lock.ts';
import { usageEndOf } from '../../db/meter-cycles.ts';
import type { EntityManager } from '../../db/orm.ts';
import { loadCustomerState } from '../../db/views/customer-state.ts';
import { SUBSCRIPTION_POPULATE, subscriptionViews } from '../../db/views/subscription.ts';
import type { TaxSheet } from '../../tax/sheet.ts';
import { type Dependencies, pricingTransaction, transaction } from '../dependencies.ts';
import { refuse } from '../failures.ts';
import { freezeUsage, thawUsage } from './frozen.ts';
import { followSubscription } from './metering.ts';
import { recordOf } from './recorded.ts';
import { stateOf } from './state.ts';
import { UsageGoesOn } from './usage-goes-on.ts';

/** Which step, of which subscription, at what time (ms since 1970, the process's clock). */
export interface Step {
  readonly subscriptionId: SubscriptionId;
  readonly sequence: number;
  /** What kind of step, and what it is for: the same for the same step tried again, and for no other. */
  readonly key: string;
  readonly at: number;
}

export interface Stepped {
  /** Whether this very step stands now; otherwise the process was behind its row, and has to decide anew. */
  readonly isTaken: boolean;
  readonly sequence: number;
  readonly state: SubscriptionState;
}

type Write = (em: EntityManager, row: SubscriptionRow, at: Date, taxes: TaxSheet) => Promise<void>;

/**
 * Runs `write` unless this step stands already, and answers with what the rows then show. The row is locked, so that a
 * second worker that tries the same step waits and then finds it done. A step decided without knowledge of an earlier
 * one, whose answer was lost on its way to the process, is not written. Taxes are asked for outside, by the sheet. What
 * ends now has its usage frozen first, and runs again.
 */
export async function takeStep(deps: Dependencies, step: Step, write: Write): Promise<Stepped> {
  const stepped = await tryFrozen(deps, step, write);
  // Overtaken by one that knows of no end: what this attempt, or one before it, has frozen goes on.
  if (!stepped.isTaken) await thawUsage(deps, step.subscriptionId);
  return stepped;
}

async function tryFrozen(deps: Dependencies, step: Step, write: Write): Promise<Stepped> {
  try {
    return await tryStep(deps, step, write);
  } catch (error) {
    if (!(error instanceof UsageGoesOn)) throw error;
  }
  await freezeFor(deps, step);
  try {
    return await tryStep(deps, step, write);
  } catch (error) {
    // Whatever else has failed is tried again, and finds what was used until now.
    if (error instanceof ApplicationFailure && error.nonRetryable) await thawUsage(deps, step.subscriptionId);
    throw error;
  }
}

function tryStep(deps: Dependencies, step: Step, write: Write): Promise<Stepped> {
  return pricingTransaction(deps, async (em, taxes) => {
    const row = await lockedRow(em, step);
    let isTaken = stands(row, step);
    if (!isTaken && isNext(row, step)) {
      const at = new Date(step.at);
      row.sequence = step.sequence;
      row.lastStep = [step.key, ...keysOf(row).filter(isAsked)].slice(0, KEPT).join('\n');
      row.modifiedAt = at;
      const usageEnd = usageEndOf(row);
      await write(em, row, at, taxes);
      if (row.openMeters > 0 && usageEndOf(row).getTime() !== usageEnd.getTime()) await followSubscription(em, row, at);
      await em.flush();
      isTaken = true;
    }
    return { isTaken, sequence: row.sequence, state: await stateOf(em, row) };
  });
}

function freezeFor(deps: Dependencies, step: Step): Promise<void> {
  return transaction(deps, async (em) => {
    const row = await lockedRow(em, step);
    if (!stands(row, step) && isNext(row, step)) await freezeUsage(em, row, new Date(step.at));
  });
}

async function lockedRow(em: EntityManager, { subscriptionId }: Step): Promise<SubscriptionRow> {
  await lockSubscription(em, subscriptionId);
  const row = await em.findOne(Subscription, subscriptionId);
  if (row === null) refuse('NotFound', `There is no subscription ${subscriptionId}.`);
  return row;
}

const isNext = ({ sequence }: SubscriptionRow, step: Step): boolean => sequence + 1 === step.sequence;

/** So many requests can overtake one whose answer was lost before it would be made twice. */
const KEPT = 30;

/** What somebody asked for, named by the request's own id; what is due may be due again at the same instant. */
const isAsked = (key: string): boolean => /^(?!settle\/|bank\/)[a-z_]+\/(?!\d+$)/.test(key);

const keysOf = ({ lastStep }: SubscriptionRow): string[] => lastStep?.split('\n') ?? [];

/**
 * The last step is known by its number too. A request that was written, and whose answer was lost, may come again after
 * others: it is not made a second time.
 */
function stands(row: SubscriptionRow, { key, sequence }: Step): boolean {
  const keys = keysOf(row);
  return (row.sequence === sequence && keys[0] === key) || (isAsked(key) && keys.includes(key));
}

export type SubscriptionEvent =
  | 'subscription.created'
  | 'subscription.updated'
  | 'subscription.active'
  | 'subscription.canceled'
  | 'subscription.uncanceled'
  | 'subscription.cycled'
  | 'subscription.revoked'
  | 'subscription.past_due'
  | 'subscription.paused'
  | 'subscription.resumed';

/** Tells of the subscription as it now stands, and of what that means for the customer. */
export async function tellSubscription(
  em: EntityManager,
  row: SubscriptionRow,
  at: Date,
  ...types: readonly SubscriptionEvent[]
): Promise<void> {
  await em.flush();
  const organizationId = row.organization.id;
  const data = async () => {
    await em.populate([row], SUBSCRIPTION_POPULATE);
    const [view] = await subscriptionViews(em, [row]);
    return view;
  };
  await emit(em, ...types.map((type) => ({ organizationId, type, at, data, recorded: recordOf(row, type) })), {
    organizationId,
    type: 'customer.state_changed',
    at,
    data: () => loadCustomerState(em, row.customer.id),
  });
}
