/** A4 pages to write on from top to bottom, with the typeface in them and a foot on each. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { buffer } from 'node:stream/consumers';
import PDFDocument from 'pdfkit';

const INK = { ink: '#1b211d', soft: '#67706a', line: '#dcdfd8' } as const;
const PAGE = { width: 595.28, height: 841.89 };
const SIDE = 56;
const FOOT = 64;

/** The width between the margins. */
export const WIDTH = PAGE.width - 2 * SIDE;

/** Latin, Greek and Cyrillic letters; what a document uses of them is put into it. */
const { resolve } = createRequire(import.meta.url);
const typeface = (name: string) => readFileSync(resolve(`@expo-google-fonts/inter/${name}.ttf`));
const REGULAR = typeface('400Regular/Inter_400Regular');
const BOLD = typeface('600SemiBold/Inter_600SemiBold');

export interface Writing {
  /** From the left margin. */
  readonly left?: number;
  readonly width?: number;
  readonly size?: number;
  readonly bold?: boolean;
  readonly soft?: boolean;
  readonly align?: 'left' | 'right';
}

export interface Title {
  readonly title: string;
  readonly author: string;
  /** What the file says of its own age. */
  readonly date: Date;
}

export class Paper {
  readonly #pdf: PDFKit.PDFDocument;
  readonly #foot: string;
  #top = SIDE;

  constructor({ title, author, date }: Title, foot: string) {
    this.#pdf = new PDFDocument({
      size: [PAGE.width, PAGE.height],
      margin: 0,
      bufferPages: true,
      lang: 'en',
      displayTitle: true,
      info: { Title: title, Author: author, Creator: 'Perennial', CreationDate: date },
    });
    this.#pdf.registerFont('regular', REGULAR).registerFont('bold', BOLD);
    this.#foot = foot;
  }

  /** How far down the page the next thing goes. */
  get top(): number {
    return this.#top;
  }

  space(height: number): void {
    this.#top += height;
  }

  /** Whether so much more has room on this page. */
  hasRoom(height: number): boolean {
    return this.#top + height <= PAGE.height - FOOT;
  }

  turn(): void {
    this.#pdf.addPage({ size: [PAGE.width, PAGE.height], margin: 0 });
    this.#top = SIDE;
  }

  /** Writes where the page is, and answers how high that is; the place stays. */
  write(text: string, writing: Writing = {}): number {
    const { left = 0, align = 'left', soft = false } = writing;
    const set = this.#set(writing);
    // At the right stand amounts: with figures of one width, they are beneath each other.
    const features: PDFKit.Mixins.OpenTypeFeatures[] = align === 'right' ? ['tnum'] : [];
    this.#pdf.fillColor(soft ? INK.soft : INK.ink).text(text, SIDE + left, this.#top, { ...set, align, features });
    return this.#pdf.heightOfString(text, set);
  }

  heightOf(text: string, writing: Writing): number {
    return this.#pdf.heightOfString(text, this.#set(writing));
  }

  widthOf(text: string, writing: Writing = {}): number {
    this.#set(writing);
    return this.#pdf.widthOfString(text);
  }

  #set({ left = 0, width = WIDTH - left, size = 9.5, bold = false }: Writing) {
    this.#pdf.font(bold ? 'bold' : 'regular').fontSize(size);
    return { width, lineGap: size * 0.25 };
  }

  rule(left = 0): void {
    this.#pdf
      .moveTo(SIDE + left, this.#top)
      .lineTo(PAGE.width - SIDE, this.#top)
      .lineWidth(0.75)
      .stroke(INK.line);
  }

  /** The whole file. Pages are numbered where there are several. */
  async finish(): Promise<Buffer> {
    const { count } = this.#pdf.bufferedPageRange();
    for (let page = 0; page < count; page += 1) {
      this.#pdf.switchToPage(page);
      this.#top = PAGE.height - FOOT + 16;
      this.write(this.#foot, { size: 8, soft: true, width: WIDTH - 100 });
      if (count > 1) this.write(`Page ${page + 1} of ${count}`, { size: 8, soft: true, align: 'right' });
    }
    this.#pdf.end();
    return buffer(this.#pdf);
  }
}
