/** The two documents, as PDF. */
import type { Facts } from './facts.ts';
import { head, notes, particulars, parties, type Sum, sums, table } from './layout.ts';
import { Paper } from './paper.ts';
import { addedTaxes, includedTaxes, taxNotes } from './taxes.ts';
import { day, money } from './words.ts';

export function render(facts: Facts): Promise<Buffer> {
  return facts.kind === 'invoice' ? invoice(facts) : receipt(facts);
}

function invoice(facts: Facts): Promise<Buffer> {
  const { number, seller, buyer, currency, paidBy } = facts;
  const paper = paperFor(facts, 'Invoice');
  particulars(paper, [
    ['Invoice number', number],
    ['Date of issue', day(facts.issuedAt)],
    ['Paid on', day(facts.paidAt)],
    ...(paidBy === null ? [] : ([['Payment method', paidBy]] as const)),
  ]);
  parties(paper, seller, buyer, 'Billed to');
  headline(paper, facts);
  table(paper, facts);
  const discount: Sum[] = facts.discount === 0 ? [] : [{ name: 'Discount', amount: -facts.discount }];
  sums(paper, currency, [
    { name: 'Subtotal', amount: facts.subtotal },
    ...discount,
    ...addedTaxes(facts.taxRates, facts.tax),
    { name: `Total (${currency.toUpperCase()})`, amount: facts.total, bold: true },
    ...includedTaxes(facts.taxRates),
    ...balance(facts),
    { name: 'Amount paid', amount: facts.paid },
  ]);
  notes(paper, taxNotes(facts.taxRates));
  return paper.finish();
}

function receipt(facts: Facts): Promise<Buffer> {
  const { number, invoiceNumber, seller, buyer, currency, paidBy } = facts;
  const paper = paperFor(facts, 'Receipt');
  particulars(paper, [
    ['Receipt number', number],
    ['Invoice number', invoiceNumber],
    ['Paid on', day(facts.paidAt)],
    ...(paidBy === null ? [] : ([['Payment method', paidBy]] as const)),
  ]);
  parties(paper, seller, buyer, 'Paid by');
  headline(paper, facts);
  table(paper, facts);
  const discount: Sum[] = facts.discount === 0 ? [] : [{ name: 'Discount', amount: -facts.discount }];
  sums(paper, currency, [
    ...discount,
    ...addedTaxes(facts.taxRates, facts.tax),
    ...balance(facts),
    { name: `Amount paid (${currency.toUpperCase()})`, amount: facts.paid, bold: true },
    ...includedTaxes(facts.taxRates),
  ]);
  return paper.finish();
}

function paperFor({ number, seller, issuedAt }: Facts, kind: 'Invoice' | 'Receipt'): Paper {
  const title = `${kind} ${number}`;
  const paper = new Paper({ title, author: seller.name, date: issuedAt }, `${title} · ${seller.name}`);
  head(paper, seller.name, kind);
  return paper;
}

const balance = ({ balance: amount, usageWallet }: Facts): Sum[] =>
  [
    { name: 'Prepaid usage', amount: usageWallet },
    { name: 'Applied balance', amount },
  ].filter((sum) => sum.amount !== 0);

function headline(paper: Paper, { paid, currency, paidAt }: Facts): void {
  const words = `${money(paid, currency)} paid on ${day(paidAt)}`;
  paper.space(paper.write(words, { size: 14, bold: true }) + 20);
}
