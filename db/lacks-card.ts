/** Whether a change makes something cost that cost nothing, for somebody without a card to charge for it. */
import { cardOfSubscription } from './cards.ts';
import type { Planned } from './change-plan.ts';
import { chargedWith } from './charged-with.ts';
import { Customer } from './entities/customer.ts';
import type { SubscriptionRow } from './entities/subscription.ts';
import { meteredIn, offeredPrices } from './offered-prices.ts';
import type { EntityManager } from './orm.ts';

type Possible = Exclude<Planned, { refusal: string }>;

/** Who pays already has one, or has been told. */
export async function lacksCard(em: EntityManager, row: SubscriptionRow, { plan, target }: Possible): Promise<boolean> {
  if (plan.kind === 'nothing' || (await chargedWith(em, row)) > 0) return false;
  if (target.terms.discounted === 0 && !(await isMetered(em, row, target))) return false;
  return cardOfSubscription(row, await em.findOneOrFail(Customer, row.customer.id)) === null;
}

/** What is used is paid later. */
async function isMetered(em: EntityManager, row: SubscriptionRow, { product }: Possible['target']): Promise<boolean> {
  return product.id !== row.product.id && meteredIn(await offeredPrices(em, product.id), row.currency).length > 0;
}

export const CARD_NEEDED =
  'This costs something from then on, and there is no payment method to charge; add one first.';
