/** The parts that documents are put together from. */
import type { Facts, Party } from './facts.ts';
import { type Paper, WIDTH } from './paper.ts';
import { money } from './words.ts';

const HALF = WIDTH / 2;
const AMOUNT = 120;
const GAP = 24;
/** Where the names of sums begin: taxes have long ones. */
const SUMS = HALF - 48;

/** The seller at the left, what it is at the right. */
export function head(paper: Paper, seller: string, title: string): void {
  const width = WIDTH - 140;
  const height = paper.write(seller, { size: 15, bold: true, width });
  paper.write(title, { size: 15, soft: true, align: 'right', left: width });
  paper.space(Math.max(height, 20) + 22);
}

type Particular = readonly [name: string, value: string];

/** Short facts side by side, each under its name; in two rows where they are too wide for one. */
export function particulars(paper: Paper, facts: readonly Particular[]): void {
  const widths = facts.map(([name, value]) => Math.max(paper.widthOf(name, { size: 8 }), paper.widthOf(value)));
  const left = WIDTH - widths.reduce((sum, width) => sum + width, 0);
  const between = left / facts.length;
  const fitting = widths.map((width) => width + between);
  if (between >= 12) row(paper, facts, fitting);
  else {
    row(paper, facts.slice(0, 2), [HALF, HALF]);
    paper.space(8 - GAP);
    row(paper, facts.slice(2), [HALF, HALF]);
  }
}

function row(paper: Paper, facts: readonly Particular[], widths: readonly number[]): void {
  let left = 0;
  const heights = facts.map(([name, value], index) => {
    const place = { left, width: (widths[index] ?? WIDTH) - 6 };
    left += place.width + 6;
    const named = paper.write(name, { ...place, size: 8, soft: true }) + 2;
    paper.space(named);
    const height = paper.write(value, place);
    paper.space(-named);
    return named + height;
  });
  paper.space(Math.max(...heights) + GAP);
}

/** Seller and buyer side by side. */
export function parties(paper: Paper, seller: Party, buyer: Party, buyerIs: string): void {
  const from = party(paper, 'From', seller, 0);
  const to = party(paper, buyerIs, buyer, HALF);
  paper.space(Math.max(from, to) + GAP);
}

function party(paper: Paper, title: string, { name, lines }: Party, left: number): number {
  const place = { left, width: HALF - 16 };
  const start = paper.top;
  paper.space(paper.write(title, { ...place, size: 8, soft: true }) + 2);
  paper.space(paper.write(name, { ...place, bold: true }));
  for (const line of lines) paper.space(paper.write(line, place));
  const height = paper.top - start;
  paper.space(-height);
  return height;
}

/** What was bought, line by line, over as many pages as that takes. */
export function table(paper: Paper, { lines, currency }: Facts): void {
  tableHead(paper);
  for (const { label, amount } of lines) {
    const width = WIDTH - AMOUNT - 12;
    const height = paper.heightOf(label, { width });
    if (!paper.hasRoom(height + 20)) {
      paper.turn();
      tableHead(paper);
    }
    paper.write(money(amount, currency), { left: WIDTH - AMOUNT, align: 'right' });
    paper.write(label, { width });
    paper.space(height + 7);
    paper.rule();
    paper.space(8);
  }
}

function tableHead(paper: Paper): void {
  paper.write('Amount', { size: 8, soft: true, left: WIDTH - AMOUNT, align: 'right' });
  paper.space(paper.write('Description', { size: 8, soft: true }) + 5);
  paper.rule();
  paper.space(8);
}

export interface Sum {
  readonly name: string;
  readonly amount: number;
  readonly bold?: boolean;
}

/** Sums beneath each other at the right, kept together on one page. */
export function sums(paper: Paper, currency: string, rows: readonly Sum[]): void {
  if (!paper.hasRoom(rows.length * 24 + 6)) paper.turn();
  paper.space(6);
  for (const { name, amount, bold = false } of rows) {
    if (bold) {
      paper.rule(SUMS);
      paper.space(8);
    }
    paper.write(money(amount, currency), { left: WIDTH - AMOUNT, align: 'right', bold });
    paper.space(paper.write(name, { left: SUMS, width: WIDTH - SUMS - AMOUNT, bold }) + 7);
  }
}

/** Sentences over the whole width, below the sums. */
export function notes(paper: Paper, sentences: readonly string[]): void {
  for (const sentence of sentences) {
    const height = paper.heightOf(sentence, {});
    if (!paper.hasRoom(height + 12)) paper.turn();
    paper.space(12);
    paper.space(paper.write(sentence));
  }
}
