/** Changes to a running subscription other than its end: the trial, and what the merchant pins to it. */
import { firstUseAfterMove, firstUseAfterMovedEnd } from '../../billing/discounts.ts';
import { amountAfterMove } from '../../billing/proration.ts';
import { discountOf, presentByLength } from '../../db/change-plan.ts';
import { chargedWith } from '../../db/charged-with.ts';
import { discountDurationOf } from '../../db/discounts.ts';
import type { Metadata } from '../../db/entities/columns.ts';
import { Customer } from '../../db/entities/customer.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import { quoteOfRenewal } from '../../db/quotes.ts';
import { noteTrial } from '../../db/trials-had.ts';
import type { Dependencies } from '../dependencies.ts';
import { snapshotOf } from '../email/terms.ts';
import { writeEmail } from '../email/write.ts';
import { keepUsage } from './apply-change.ts';
import { enterMeterPeriod, followMovedEnd } from './period.ts';
import { recordChange } from './recorded.ts';
import { type Step, type Stepped, takeStep, tellSubscription } from './step.ts';

/**
 * Sets the end of the trial, of one that runs or of a new one on an active subscription. The next charge moves there,
 * and later periods are counted from it.
 */
export function moveTrialEnd(deps: Dependencies, step: Step & { readonly trialEnd: number }): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at) => {
    const trialEnd = new Date(step.trialEnd);
    const before = await snapshotOf(em, row);
    if (row.status !== 'trialing') {
      row.trialStart = at;
      // Dated before the trial, so that it is owed where that is called off.
      await keepUsage(em, row, new Date(at.getTime() - 1));
      await noteTrial(em, await em.findOneOrFail(Customer, row.customer.id), row.id, at);
    }
    row.status = 'trialing';
    row.periodOffset = 0;
    if (row.discountFirstUsedAt) row.discountFirstUsedAt = discountMoves(row, row.discountFirstUsedAt, trialEnd);
    row.trialEnd = trialEnd;
    row.anchor = trialEnd;
    row.anchorCycle = row.cycle;
    row.currentPeriodEnd = trialEnd;
    enterMeterPeriod(row, at);
    // Nobody is reminded of a trial that ends at once.
    if (trialEnd <= at) row.trialRemindedFor = trialEnd;
    if (row.cancelAtPeriodEnd) row.endsAt = trialEnd;
    await recordChange(em, row, at, 'subscription.updated', { trial_end: trialEnd.toISOString() });
    await tellSubscription(em, row, at, 'subscription.updated');
    // Of one that ends now, the subscription that begins tells.
    if (trialEnd > at) await writeEmail(em, { kind: 'subscription_updated', subscription: row, before, at });
  });
}

/** The next charge moves, and the months of a discount that is in use with it: none of them is lost or won. */
function discountMoves({ currentPeriodEnd }: SubscriptionRow, firstUsedAt: Date, to: Date): Date {
  return new Date(firstUseAfterMove(firstUsedAt.getTime(), currentPeriodEnd.getTime(), to.getTime()));
}

/** Sets when the subscription renews next; later periods are counted from there. */
export function movePeriodEnd(deps: Dependencies, step: Step & { readonly periodEnd: number }): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at) => {
    const periodEnd = new Date(step.periodEnd);
    const before = await snapshotOf(em, row);
    const period = { start: row.currentPeriodStart.getTime(), end: row.currentPeriodEnd.getTime() };
    row.periodAmount = amountAfterMove(period, step.periodEnd, step.at, await chargedWith(em, row));
    await keepMonths(em, row, periodEnd);
    row.anchor = periodEnd;
    row.anchorCycle = row.cycle;
    row.currentPeriodEnd = periodEnd;
    followMovedEnd(row);
    row.periodOffset = row.periodAmount - (await presentByLength(em, row));
    if (row.cancelAtPeriodEnd) row.endsAt = periodEnd;
    await recordChange(em, row, at, 'subscription.billing_period_updated', {
      old_period_end: new Date(period.end).toISOString(),
      new_period_end: periodEnd.toISOString(),
    });
    await tellSubscription(em, row, at, 'subscription.updated');
    await writeEmail(em, { kind: 'subscription_updated', subscription: row, before, at });
  });
}

/** Of a discount that is in use, though the period that it was for ends at another time. */
async function keepMonths(em: EntityManager, row: SubscriptionRow, end: Date): Promise<void> {
  const { discountFirstUsedAt: used, currentPeriodEnd: from } = row;
  const discount = used ? await discountOf(em, row, row) : null;
  if (!used || discount === null) return;
  const terms = discountDurationOf(discount);
  row.discountFirstUsedAt = new Date(firstUseAfterMovedEnd(terms, used.getTime(), from.getTime(), end.getTime()));
}

/** Writes the e-mail that the trial is about to end. */
export function remindOfTrialEnd(deps: Dependencies, step: Step): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at, taxes) => {
    row.trialRemindedFor = row.trialEnd ?? null;
    const { due } = await quoteOfRenewal(em, taxes, row);
    await writeEmail(em, { kind: 'subscription_trial_conversion_reminder', subscription: row, due, at });
  });
}

/** Writes the e-mail that a rare renewal is near. */
export function remindOfRenewal(deps: Dependencies, step: Step): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at, taxes) => {
    row.renewalRemindedFor = row.currentPeriodEnd;
    const { due } = await quoteOfRenewal(em, taxes, row);
    await writeEmail(em, { kind: 'subscription_renewal_reminder', subscription: row, due, at });
  });
}

export function editMetadata(deps: Dependencies, step: Step & { readonly metadata: Metadata }): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at) => {
    row.metadata = step.metadata;
    await tellSubscription(em, row, at, 'subscription.updated');
  });
}
