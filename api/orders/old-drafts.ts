/** A draft is charged with the taxes of its day, and the tax provider forgets what it has calculated. */
import type { OrderId } from '../../billing/ids.ts';
import { Order, type OrderRow } from '../../db/entities/order.ts';
import { Payment } from '../../db/entities/payment.ts';
import { emit } from '../../db/events.ts';
import { lockRow } from '../../db/lock.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import { ORDER_POPULATE, orderView } from '../../db/views/order.ts';
import type { TaxProvider } from '../../tax/provider.ts';
import { withTaxes } from '../../tax/sheet.ts';
import { priceDraftAgain } from './price-draft.ts';

/** In ms: so long it is charged as the merchant was shown it. */
const AS_SHOWN = 24 * 60 * 60_000;

/** Priced again, unless a payment of what it came to is under way. */
export async function priceOldDraft(em: EntityManager, taxes: TaxProvider, id: OrderId, at: Date): Promise<void> {
  await withTaxes(taxes, (sheet) =>
    em.fork().transactional(async (tx) => {
      await lockRow(tx, Order, id);
      const populate = [...ORDER_POPULATE, 'customer.testClock'] as const;
      const order = (await tx.findOneOrFail(Order, id, { populate })) as OrderRow;
      const now = nowOf(order.customer, at);
      if (order.status !== 'draft' || now.getTime() - order.createdAt.getTime() < AS_SHOWN) return;
      if ((await tx.count(Payment, { order: id, status: 'pending' })) > 0) return;
      await priceDraftAgain(tx, sheet, order, now);
      order.modifiedAt = now;
      await tx.flush();
      const event = { organizationId: order.organization.id, type: 'order.updated' as const, at: now };
      await emit(tx, { ...event, data: () => orderView(order) });
    }),
  );
}
