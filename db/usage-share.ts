/** What of an order is for what was used. */
import { type TaxedLine, totalOfLines } from '../billing/order-tax.ts';
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
