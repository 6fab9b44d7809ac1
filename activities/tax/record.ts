/** Tells the tax provider that an order was paid, so that its tax counts there. */
import type { OrderId } from '../../billing/ids.ts';
import { Order } from '../../db/entities/order.ts';
import { bound } from '../bound.ts';
import type { Dependencies } from '../dependencies.ts';

export const taxActivities = (deps: Dependencies) => bound(deps, { recordTaxOfOrder });

/** The provider takes the same calculation once; the row says when that has been heard of. */
async function recordTaxOfOrder(deps: Dependencies, { orderId }: { readonly orderId: OrderId }): Promise<void> {
  const { taxCalculationId, taxRecordId } = await deps.orm.em.fork().findOneOrFail(Order, orderId);
  if (!taxCalculationId || taxRecordId) return;
  const recorded = await deps.taxes.record(taxCalculationId, orderId);
  await deps.orm.em.fork().nativeUpdate(Order, { id: orderId, taxRecordId: null }, { taxRecordId: recorded });
}
