/** What of an order is for what was used. */
import { type TaxedLine, totalOfLines } from '../billing/order-tax.ts';
import { OrderItem, type OrderRow } from './entities/order.ts';
import { Price } from './entities/price.ts';
import type { EntityManager } from './orm.ts';

/** Its metered lines, after the order's discount and with their share of the tax. */
export async function usageShareOf(em: EntityManager, lines: readonly TaxedLine[], discount: number): Promise<number> {
  const ids = lines.flatMap(({ priceId }) => (priceId === null ? [] : [priceId]));
  if (ids.length === 0) return 0;
  const metered = await em.find(Price, { id: { $in: ids }, amountType: 'metered_unit' }, { fields: ['id'] });
  const isMetered = new Set(metered.map(({ id }) => id));
  return totalOfLines(lines, discount, ({ priceId }) => priceId !== null && isMetered.has(priceId));
}

/** The same of an order as it is written. */
export async function usageOf(em: EntityManager, order: OrderRow): Promise<number> {
  await em.flush();
  const items = await em.find(OrderItem, { order: order.id }, { orderBy: { position: 'asc' } });
  const lines = items.map(({ label, amount, taxAmount, taxBehavior, proration, priceId }) => ({
    ...{ label, amount, proration, priceId: priceId ?? null },
    ...{ tax: taxAmount, behavior: taxBehavior ?? ('inclusive' as const) },
  }));
  return usageShareOf(em, lines, order.discountAmount);
}
