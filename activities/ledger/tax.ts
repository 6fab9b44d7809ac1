/** The tax of a paid order in the books: no longer the merchant's, but owed to tax offices. What is given back comes back. */
import type { OrderRow } from '../../db/entities/order.ts';
import { record } from '../../db/ledger.ts';
import type { EntityManager } from '../../db/orm.ts';

export async function recordTax(em: EntityManager, order: OrderRow, at: Date): Promise<void> {
  const cause = { sourceId: order.id, organizationId: order.organization.id, currency: order.currency, at };
  await record(em, cause, [{ kind: 'tax', from: 'tax_payable', to: 'merchant', amount: order.taxAmount }]);
}
