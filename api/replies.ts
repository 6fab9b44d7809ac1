/** What a route can answer besides JSON: files, pages, redirects, nothing; and what it can take besides JSON: raw bytes. */
import { z } from 'zod';

/** The body as it came, for signatures over it. The handler gets a `Buffer`. */
export const raw = Symbol('raw body');
export type Raw = typeof raw;

/** The answer is a CSV file to download. */
export const csv = Symbol('csv file');
export type Csv = typeof csv;

export interface CsvFile {
  /** As the browser will save it. */
  readonly filename: string;
  readonly columns: readonly string[];
  readonly rows: Iterable<readonly CsvCell[]> | AsyncIterable<readonly CsvCell[]>;
}
export type CsvCell = string | number | boolean | null | undefined;

/** The answer is a PDF to download. */
export const pdf = Symbol('pdf file');
export type Pdf = typeof pdf;

export interface PdfFile {
  /** As the browser will save it. */
  readonly filename: string;
  readonly content: Uint8Array;
}

/** The answer is for a browser that came by a link: it is led on, or shown a small page. */
export const passage = Symbol('passage');
export type PassageKind = typeof passage;

export type Passage =
  | { readonly to: string }
  | { readonly page: string; readonly status: number; readonly retryAfter?: number };

/** The answer has no body. */
export const nothing = z.void();

/** One line of CSV; text that a spreadsheet would take for a formula is made harmless. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: CsvCell): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
