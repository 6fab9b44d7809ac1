/** Invoices and receipts, for merchants and for customers. */
import { z } from 'zod';
import { CustomerOrderInvoice, CustomerOrderReceipt } from '../../schemas/customer-portal.ts';
import { OrderInvoice, OrderReceipt } from '../../schemas/order.ts';
import { askForInvoice, documentOf, invoiceUrl, receiptUrl } from '../orders/documents.ts';
import { pdf } from '../replies.ts';
import { route } from '../route.ts';
import { ownedOrder } from './orders.ts';
import { myOrder } from './portal-purchases.ts';

const params = z.object({ id: z.uuid() });

const merchant = { tag: 'Orders', scopes: ['orders:read'], params } as const;
const buyer = { tag: 'Customer portal', auth: 'customer', params } as const;

const asking = {
  summary: 'Ask for an order’s invoice',
  description: 'It is made within moments, once, from the order as it is: its billing details can’t change any more.',
  response: z.null(),
  status: 202,
  errors: [404, 409],
} as const;
const invoice = {
  summary: 'Get an order’s invoice',
  description: 'A link to the PDF, good for some minutes.',
} as const;
const receipt = {
  summary: 'Get an order’s receipt',
  description: 'A link to the PDF, good for some minutes. The first call has the receipt made: ask again after 202.',
} as const;

export const generateInvoice = route({
  method: 'post',
  path: '/v1/orders/{id}/invoice',
  ...asking,
  ...merchant,
  async handle({ params, organization, ...context }) {
    await askForInvoice(context, await ownedOrder(context.em, organization, params.id));
    return null;
  },
});

export const getInvoice = route({
  method: 'get',
  path: '/v1/orders/{id}/invoice',
  ...invoice,
  ...merchant,
  response: OrderInvoice,
  errors: [404],
  async handle({ params, organization, ...context }) {
    return { url: await invoiceUrl(context, await ownedOrder(context.em, organization, params.id)) };
  },
});

export const getReceipt = route({
  method: 'get',
  path: '/v1/orders/{id}/receipt',
  ...receipt,
  ...merchant,
  response: OrderReceipt.optional(),
  errors: [404],
  async handle({ params, organization, ...context }) {
    const url = await receiptUrl(context, await ownedOrder(context.em, organization, params.id));
    return url === null ? undefined : { url };
  },
});

export const generateMyInvoice = route({
  method: 'post',
  path: '/v1/customer-portal/orders/{id}/invoice',
  ...asking,
  ...buyer,
  async handle({ params, customer, ...context }) {
    await askForInvoice(context, await myOrder(context.em, customer.id, params.id));
    return null;
  },
});

export const getMyInvoice = route({
  method: 'get',
  path: '/v1/customer-portal/orders/{id}/invoice',
  ...invoice,
  ...buyer,
  response: CustomerOrderInvoice,
  errors: [404],
  async handle({ params, customer, ...context }) {
    return { url: await invoiceUrl(context, await myOrder(context.em, customer.id, params.id)) };
  },
});

export const getMyReceipt = route({
  method: 'get',
  path: '/v1/customer-portal/orders/{id}/receipt',
  ...receipt,
  ...buyer,
  response: CustomerOrderReceipt.optional(),
  errors: [404],
  async handle({ params, customer, ...context }) {
    const url = await receiptUrl(context, await myOrder(context.em, customer.id, params.id));
    return url === null ? undefined : { url };
  },
});

export const getDocument = route({
  method: 'get',
  path: '/v1/documents/{token}',
  summary: 'Download a document',
  description: 'By the link that an order’s invoice or receipt was answered with: whoever has it needs no token.',
  tag: 'Orders',
  auth: 'public',
  params: z.object({ token: z.string().max(100) }),
  response: pdf,
  errors: [404],
  handle: ({ params, em, request }) => documentOf(em, params.token, request.at),
});

export const documentRoutes = [
  ...[generateInvoice, getInvoice, getReceipt],
  ...[generateMyInvoice, getMyInvoice, getMyReceipt, getDocument],
];
