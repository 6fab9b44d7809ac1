/** Rows as tables for spreadsheets: which columns, read page by page, written as the one who asks will read them. */
import { decimalsOf } from '../../billing/money.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { CsvCell, CsvFile } from '../replies.ts';

/** How many rows are in memory at a time. */
const PAGE = 500;

export interface Column<Row> {
  readonly title: string;
  cell(row: Row, timeZone: string): CsvCell;
}

interface RowsPage<Row> {
  readonly items: readonly Row[];
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
}

export interface Table<Row> {
  readonly filename: string;
  readonly columns: readonly Column<Row>[];
  readonly timeZone?: string;
  next(page: { first: number; after?: string }): Promise<RowsPage<Row>>;
}

export function table<Row>(em: EntityManager, { filename, columns, timeZone = 'UTC', next }: Table<Row>): CsvFile {
  async function* rows() {
    for await (const row of each(em, next)) yield columns.map(({ cell }) => cell(row, timeZone));
  }
  return { filename, columns: columns.map(({ title }) => title), rows: rows() };
}

async function* each<Row>(em: EntityManager, next: Table<Row>['next']): AsyncGenerator<Row> {
  for (let after: string | null = null; ; ) {
    const page: RowsPage<Row> = await next({ first: PAGE, ...(after === null ? {} : { after }) });
    yield* page.items;
    after = page.endCursor;
    if (!page.hasNextPage || after === null) return;
    em.clear();
  }
}

/** An amount in the currency's own unit, as `19.99`. */
export function inUnits(amount: number, currency: string): string {
  const decimals = decimalsOf(currency);
  const digits = String(Math.abs(amount)).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  return `${amount < 0 ? '-' : ''}${whole}${decimals === 0 ? '' : `.${digits.slice(-decimals)}`}`;
}

/** ISO 8601 as clocks there show it, with the offset. */
export function localTime(at: Date | null | undefined, timeZone: string): string | null {
  if (!at) return null;
  if (timeZone === 'UTC') return at.toISOString();
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(at);
  const offset = parts.find(({ type }) => type === 'timeZoneName')?.value.slice('GMT'.length) || '+00:00';
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  const shift = (hours * 60 + minutes) * (offset.startsWith('-') ? -60_000 : 60_000);
  return new Date(at.getTime() + shift).toISOString().replace('Z', offset);
}
