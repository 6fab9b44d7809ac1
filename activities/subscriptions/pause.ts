/** How a subscription is set to pause with its period, pauses, and resumes with a new one. */
import { firstUseAfterMove } from '../../billing/discounts.ts';
import { Customer } from '../../db/entities/customer.ts';
import { Product } from '../../db/entities/product.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { type Wanted, wantGrants } from '../../db/grants.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { Dependencies } from '../dependencies.ts';
import { writeReceipt } from '../email/receipt.ts';
import { writeEmail } from '../email/write.ts';
import { applyPendingChange } from './apply-change.ts';
import { creditingGrants, cycleCredits } from './credits.ts';
import { keepForNextOrder } from './entries.ts';
import { closeUsageForNow, metersCounted, openMeters } from './metering.ts';
import { startPeriodAt } from './period.ts';
import { billPeriod, finishOrder, type OpenPeriod } from './renew.ts';
import { type Step, type Stepped, takeStep, tellSubscription } from './step.ts';

/** Sets it to pause when its period ends; where it is set or paused already, until when. */
export function pauseAtPeriodEnd(
  deps: Dependencies,
  step: Step & { readonly resumesAt: number | null },
): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at) => {
    row.pauseAtPeriodEnd = row.status !== 'paused';
    row.resumesAt = step.resumesAt === null ? null : new Date(step.resumesAt);
    await tellSubscription(em, row, at, 'subscription.updated');
  });
}

export function takeBackPause(deps: Dependencies, step: Step): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at) => {
    row.pauseAtPeriodEnd = false;
    row.resumesAt = null;
    await tellSubscription(em, row, at, 'subscription.updated');
  });
}

/** The period is over: nothing is billed and nothing is held until it resumes. */
export function pause(deps: Dependencies, step: Step): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at) => {
    await keepForNextOrder(em, row, await closeUsageForNow(em, row, at), at);
    row.status = 'paused';
    row.pausedAt = at;
    row.pauseAtPeriodEnd = false;
    await want(em, row, 'revoked', at);
    await tellSubscription(em, row, at, 'subscription.updated', 'subscription.paused');
    await writeEmail(em, { kind: 'subscription_paused', subscription: row, at });
  });
}

/** A new period begins now, and later ones are counted from it. What there is to charge is the pending charge. */
export function resume(deps: Dependencies, step: OpenPeriod): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at, taxes) => {
    await applyPendingChange(em, row, at);
    row.status = 'active';
    row.pausedAt = null;
    row.resumesAt = null;
    if (row.discountFirstUsedAt) {
      const [firstUsedAt, stoppedAt] = [row.discountFirstUsedAt.getTime(), row.currentPeriodEnd.getTime()];
      row.discountFirstUsedAt = new Date(firstUseAfterMove(firstUsedAt, stoppedAt, step.at));
    }
    startPeriodAt(row, at);
    await em.flush();
    await want(em, row, 'granted', at);
    // Those whose benefits were not taken back yet, when it was resumed, go on; others are credited with their grant.
    const grants = await creditingGrants(em, row);
    await openMeters(em, row, at);
    const closed = new Set(await metersCounted(em, row));
    const order = await billPeriod(em, taxes, row, [], step, at);
    await cycleCredits(em, row, grants, closed, at);
    await tellSubscription(em, row, at, 'subscription.updated', 'subscription.resumed');
    await writeEmail(em, { kind: 'subscription_resumed', subscription: row, at });
    await finishOrder(em, order, at);
    await writeReceipt(em, row, order, at);
  });
}

async function want(em: EntityManager, row: SubscriptionRow, wanted: Wanted, at: Date): Promise<void> {
  const [customer, product] = await Promise.all([
    em.findOneOrFail(Customer, row.customer.id),
    em.findOneOrFail(Product, row.product.id),
  ]);
  await wantGrants(em, { customer, product, subscription: row, wanted, at });
}
