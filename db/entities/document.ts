import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { DOCUMENT_KINDS } from '../../billing/documents.ts';
import type { DocumentId } from '../../billing/ids.ts';
import { instant, timestamps } from './columns.ts';
import { Order } from './order.ts';

/** An order's invoice or receipt: wished for first, then made once and never altered. */
export const OrderDocument = defineEntity({
  name: 'OrderDocument',
  tableName: 'documents',
  properties: {
    id: p.uuid().$type<DocumentId>().primary(),
    ...timestamps(),
    order: () => p.manyToOne(Order),
    kind: p.enum(DOCUMENT_KINDS),
    number: p.text(),
    /** The PDF; null until it is made. */
    content: p.blob().nullable().lazy(),
  },
  uniques: [{ properties: ['order', 'kind'] }],
});
export type OrderDocumentRow = InferEntity<typeof OrderDocument>;

/** A key to one document for some minutes; only the SHA-256 of the token is kept. */
export const DocumentLink = defineEntity({
  name: 'DocumentLink',
  tableName: 'document_links',
  properties: {
    id: p.uuid().primary(),
    /** In real time, also for a customer on a test clock. */
    expiresAt: instant(),
    document: () => p.manyToOne(OrderDocument),
    tokenHash: p.string().length(64).unique(),
  },
  indexes: [{ properties: ['document'] }],
});
