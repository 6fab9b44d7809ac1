/** When a subscription would end if it were called off, and what its customer loses by that. */
import type { BenefitRow } from './entities/benefit.ts';
import { BenefitGrant } from './entities/benefit-grant.ts';
import type { SubscriptionRow } from './entities/subscription.ts';
import type { EntityManager } from './orm.ts';

export interface End {
  readonly at: Date;
  /**
   * What waits for an order is charged before the end of a period, with what was used in it. What ends in another way
   * charges nothing any more, and bills what is used until then.
   */
  readonly isCharged: boolean;
}

/** At once where it is revoked, or has nothing to wait for. */
export function endOf(row: SubscriptionRow, isRevoked: boolean, now: Date): End {
  if (isRevoked || row.status === 'paused') return { at: now, isCharged: false };
  return { at: row.currentPeriodEnd, isCharged: row.status === 'active' || row.status === 'trialing' };
}

/** Each once, whoever of a team holds it. */
export async function benefitsHeld(em: EntityManager, row: SubscriptionRow): Promise<BenefitRow[]> {
  const held = { subscription: row.id, wanted: 'granted' as const };
  const grants = await em.find(BenefitGrant, held, { populate: ['benefit'], orderBy: { createdAt: 'asc' } });
  return [...new Map(grants.map(({ benefit }) => [benefit.id, benefit as BenefitRow])).values()];
}
