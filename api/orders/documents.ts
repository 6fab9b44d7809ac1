/** An order's invoice and receipt: asking for them, and links to them. */
import { randomUUID } from 'node:crypto';
import { type DocumentKind, isPaid, receiptNumber } from '../../billing/documents.ts';
import type { DocumentId } from '../../billing/ids.ts';
import { DocumentLink, OrderDocument, type OrderDocumentRow } from '../../db/entities/document.ts';
import { Order, type OrderRow } from '../../db/entities/order.ts';
import { OutboxMessage } from '../../db/entities/outbox.ts';
import { lockRow } from '../../db/lock.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import { wake } from '../../db/outbox.ts';
import { aToken, hashToken } from '../../db/tokens.ts';
import { missingInvoiceBillingDetails, notFound, orderNotEligibleForInvoice } from '../errors.ts';
import type { RequestContext } from '../route.ts';

type Context = Pick<RequestContext, 'em' | 'environment' | 'request'>;

const LINK_LIFETIME = 15 * 60_000;

/** Asks for the invoice; once it is made, asking again changes nothing. */
export async function askForInvoice({ em, request }: Context, order: OrderRow): Promise<void> {
  await em.transactional(async (tx) => {
    const row = await locked(tx, order);
    if (!isPaid(row.status)) throw orderNotEligibleForInvoice('Only orders that were paid have an invoice.');
    if (!row.billingName || !row.billingAddress) {
      throw missingInvoiceBillingDetails('The invoice needs a billing name and a billing address.');
    }
    await ask(tx, row, 'invoice', request.at);
  });
}

export async function invoiceUrl(context: Context, order: OrderRow): Promise<string> {
  const document = await made(context.em, order, 'invoice');
  if (document === null) throw notFound('The invoice is not made yet.');
  return linkTo(context, document.id);
}

/** Null while the receipt, which this asks for, is being made. */
export async function receiptUrl(context: Context, order: OrderRow): Promise<string | null> {
  const document = await made(context.em, order, 'receipt');
  if (document !== null) return linkTo(context, document.id);
  await context.em.transactional(async (tx) => {
    const row = await locked(tx, order);
    if (!isPaid(row.status)) throw notFound('Only orders that were paid have a receipt.');
    await ask(tx, row, 'receipt', context.request.at);
  });
  return null;
}

/** What a link leads to, while it is good. */
export async function documentOf(em: EntityManager, token: string, at: Date) {
  const link = await em.findOne(
    DocumentLink,
    { tokenHash: hashToken(token), expiresAt: { $gt: at } },
    { populate: ['document.content'] },
  );
  const content = link?.document.content;
  if (!link || !content) throw notFound('This link is over, or never was. Ask for a new one.');
  return { filename: `${link.document.number}.pdf`, content };
}

async function locked(em: EntityManager, { id }: OrderRow): Promise<OrderRow> {
  await lockRow(em, Order, id);
  return (await em.findOneOrFail(Order, id, { populate: ['customer.testClock'], refresh: true })) as OrderRow;
}

async function made(em: EntityManager, order: OrderRow, kind: DocumentKind) {
  return em.findOne(OrderDocument, { order: order.id, kind, content: { $ne: null } }, { fields: ['id'] });
}

/** Whoever asks holds the order's row, so that each document is asked for once; its process is woken until it is made. */
async function ask(em: EntityManager, order: OrderRow, kind: DocumentKind, at: Date): Promise<void> {
  if (!order.invoiceNumber) throw new Error(`order ${order.id} is paid and has no number`);
  let document = await em.findOne(OrderDocument, { order: order.id, kind });
  if (document === null) {
    document = em.create(OrderDocument, {
      id: randomUUID() as DocumentId,
      createdAt: nowOf(order.customer, at),
      order,
      kind,
      number: kind === 'invoice' ? order.invoiceNumber : receiptNumber(order.invoiceNumber),
    }) as OrderDocumentRow;
    await em.flush();
  } else if ((await em.count(OutboxMessage, { topic: 'document', subjectId: document.id })) > 0) return;
  await wake(em, 'document', document.id);
}

async function linkTo({ em, environment, request }: Context, document: DocumentId): Promise<string> {
  const { token, hash } = aToken('');
  await em.nativeDelete(DocumentLink, { document, expiresAt: { $lte: request.at } });
  await em.insert(DocumentLink, {
    id: randomUUID(),
    expiresAt: new Date(request.at.getTime() + LINK_LIFETIME),
    document,
    tokenHash: hash,
  });
  return `${environment.PUBLIC_URL}/v1/documents/${token}`;
}
