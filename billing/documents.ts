/** What an order's documents are called. */

export const DOCUMENT_KINDS = ['invoice', 'receipt'] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

/** A receipt has its invoice's number with an R behind it, so that both series are without gaps. */
export const receiptNumber = (invoiceNumber: string): string => `${invoiceNumber}-R`;

/** Only what was paid has documents, also after some or all of it has gone back. */
export const isPaid = (status: string): boolean =>
  status === 'paid' || status === 'refunded' || status === 'partially_refunded';
