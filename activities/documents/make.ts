/** Makes a document that was asked for, once: whatever comes later finds it made. */
import type { DocumentId } from '../../billing/ids.ts';
import { OrderDocument } from '../../db/entities/document.ts';
import { Order, type OrderRow } from '../../db/entities/order.ts';
import { lockRow } from '../../db/lock.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import { type Dependencies, transaction } from '../dependencies.ts';
import { tellOrder } from '../orders/pay.ts';
import { factsOf } from './facts.ts';
import { render } from './render.ts';

export interface MakeDocument {
  readonly documentId: string;
  /** The machine's time; the customer may be on a test clock. */
  readonly at: number;
}

/** What stands on it can't change while it is rendered: an order is not edited once its invoice was asked for. */
export async function makeDocument(deps: Dependencies, { documentId, at }: MakeDocument): Promise<void> {
  const id = documentId as DocumentId;
  const facts = await transaction(deps, (em) => factsOf(em, id));
  if (facts === null) return;
  const content = await render(facts);
  await transaction(deps, (em) => keep(em, id, content, new Date(at)));
}

async function keep(em: EntityManager, id: DocumentId, content: Buffer, at: Date): Promise<void> {
  const document = await em.findOneOrFail(OrderDocument, id);
  await lockRow(em, Order, document.order.id);
  const order = (await em.findOneOrFail(Order, document.order.id, {
    populate: ['customer.testClock'],
    refresh: true,
  })) as OrderRow;
  const now = nowOf(order.customer, at);
  const kept = await em.nativeUpdate(OrderDocument, { id, content: null }, { content, modifiedAt: now });
  if (kept === 0 || document.kind !== 'invoice') return;
  order.isInvoiceGenerated = true;
  order.modifiedAt = now;
  await tellOrder(em, order, now, 'order.updated');
}
