/** Invoices and receipts. */
import type { Dependencies } from '../dependencies.ts';
import { type MakeDocument, makeDocument } from './make.ts';

export const documentActivities = (deps: Dependencies) => ({
  makeDocument: (input: MakeDocument) => makeDocument(deps, input),
});
