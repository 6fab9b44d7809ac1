/** Tells of a checkout as the transaction leaves it. */
import type { CheckoutRow } from '../../db/entities/checkout.ts';
import { emit } from '../../db/events.ts';
import type { EntityManager } from '../../db/orm.ts';
import { checkoutView, loadCheckout } from '../../db/views/checkout.ts';
import type { Dependencies } from '../dependencies.ts';

export async function tellCheckout(
  { environment }: Dependencies,
  em: EntityManager,
  checkout: CheckoutRow,
  at: Date,
  ...types: readonly ('checkout.updated' | 'checkout.expired')[]
): Promise<void> {
  await em.flush();
  const data = async () => {
    const loaded = await loadCheckout(em, checkout);
    return checkoutView(loaded, { environment, at });
  };
  await emit(em, ...types.map((type) => ({ organizationId: checkout.organization.id, type, at, data })));
}
