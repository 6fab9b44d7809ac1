/** A letter as HTML: one column of tables, which every mail program lays out alike. React escapes what it is given. */
import { createElement as h, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { footOf } from './foot.ts';
import type { Between, Fact, Letter, Seller } from './letter.ts';
import { hrefOf, withoutPlaceholders as plain } from './links.ts';
import { ACCENT, FONT, INK, LINE, ON_ACCENT, PAPER, SHEET, SOFT, SURFACE, TINT } from './style.ts';

const DOCTYPE = '<!DOCTYPE html>';
const WIDTH = 560;

export function htmlOf(letter: Letter, between: Between): string {
  const document = h('html', { lang: 'en', dir: 'ltr' }, head(letter), body(letter, between));
  return DOCTYPE + renderToStaticMarkup(document);
}

function head({ subject }: Letter): ReactNode {
  return h(
    'head',
    null,
    h('meta', { charSet: 'utf-8' }),
    h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    h('meta', { name: 'color-scheme', content: 'light dark' }),
    h('meta', { name: 'supported-color-schemes', content: 'light dark' }),
    // Programs that make links of what looks like a date or an address are asked not to.
    h('meta', { name: 'format-detection', content: 'telephone=no, date=no, address=no, email=no, url=no' }),
    h('title', null, plain(subject)),
    h('style', null, SHEET),
  );
}

function body(letter: Letter, { seller, reader }: Between): ReactNode {
  const column = table(
    { width: '100%', style: { maxWidth: WIDTH, margin: '0 auto' } },
    cell({ style: { padding: '0 4px 16px' } }, mark(seller)),
    cell({ className: 'card', style: CARD }, ...content(letter, reader.name ?? null)),
    cell({ style: { padding: '20px 4px 0' } }, foot(letter, seller)),
  );
  return h(
    'body',
    { className: 'paper', style: { margin: 0, padding: 0, backgroundColor: PAPER } },
    preview(letter),
    table(
      { width: '100%', className: 'paper', style: { backgroundColor: PAPER } },
      cell({ className: 'frame', align: 'center', style: { padding: '32px 16px 40px' } }, column),
    ),
  );
}

/** Shown by the inbox only; what would follow it there is pushed out of sight. */
function preview({ preview: words }: Letter): ReactNode {
  const style = { display: 'none', overflow: 'hidden', lineHeight: '1px', opacity: 0, maxHeight: 0, maxWidth: 0 };
  return h('div', { style }, plain(words), '\u00a0\u200c'.repeat(80));
}

function mark(seller: Seller): ReactNode {
  const box = { width: 36, height: 36, borderRadius: 8 };
  const letter = {
    ...box,
    ...{ backgroundColor: TINT, color: ACCENT, textAlign: 'center' as const, fontWeight: 600 },
    ...{ fontSize: 17, lineHeight: '36px', fontFamily: FONT },
  };
  const picture = seller.avatarUrl
    ? h('td', { width: 36 }, h('img', { src: seller.avatarUrl, alt: '', width: 36, height: 36, style: box }))
    : h('td', { width: 36, className: 'mark', style: letter }, plain(seller.name.slice(0, 1).toUpperCase()));
  const name = { paddingLeft: 12, fontFamily: FONT, fontSize: 16, fontWeight: 600, color: INK };
  return h(
    'table',
    { role: 'presentation', cellPadding: 0, cellSpacing: 0, border: 0 },
    h('tbody', null, h('tr', null, picture, h('td', { className: 'ink', style: name }, plain(seller.name)))),
  );
}

function content({ heading, paragraphs, facts, button, closing }: Letter, name: string | null): ReactNode[] {
  const title = { margin: '0 0 16px', fontFamily: FONT, fontSize: 24, lineHeight: '32px', fontWeight: 600, color: INK };
  return [
    h('h1', { key: 'heading', className: 'heading ink', style: title }, plain(heading)),
    ...[`Hello${name ? ` ${name}` : ''},`, ...paragraphs].map((words, index) => paragraph(words, `before-${index}`)),
    facts.length === 0 ? null : h('div', { key: 'facts', style: { padding: '4px 0 12px' } }, factTable(facts)),
    button === null ? null : h('div', { key: 'button', style: { padding: '8px 0' } }, pressable(button)),
    ...closing.map((words, index) => paragraph(words, `after-${index}`, true)),
  ];
}

function paragraph(words: string, key: string, isSoft = false): ReactNode {
  const size = isSoft ? { fontSize: 14, lineHeight: '21px', color: SOFT } : TEXT;
  const style = { margin: isSoft ? '12px 0 0' : '0 0 14px', fontFamily: FONT, ...size };
  return h('p', { key, className: isSoft ? 'soft' : 'ink', style }, plain(words));
}

function factTable(facts: readonly Fact[]): ReactNode {
  const border = { borderTop: `1px solid ${LINE}`, padding: '10px 0', verticalAlign: 'top' as const };
  const left = {
    ...border,
    ...TEXT,
    fontFamily: FONT,
    fontSize: 15,
    color: SOFT,
    paddingRight: 16,
    whiteSpace: 'nowrap',
  };
  const right = {
    ...border,
    ...TEXT,
    fontFamily: FONT,
    fontSize: 15,
    textAlign: 'right' as const,
    wordBreak: 'break-word' as const,
  };
  const row = ([label, value]: Fact) =>
    h(
      'tr',
      { key: label },
      h('td', { className: 'soft line', style: left }, plain(label)),
      h('td', { className: 'ink line', style: right }, plain(value)),
    );
  return h(
    'table',
    { role: 'presentation', width: '100%', cellPadding: 0, cellSpacing: 0, border: 0 },
    h('tbody', null, facts.map(row)),
  );
}

/** The cell has the colour, so that a program without rounded corners or paddings still shows a button. */
function pressable({ label, link }: NonNullable<Letter['button']>): ReactNode {
  const words = {
    ...{ display: 'inline-block', padding: '12px 22px', fontFamily: FONT, fontSize: 16, lineHeight: '22px' },
    ...{ fontWeight: 600, color: ON_ACCENT, textDecoration: 'none' },
  };
  const href = hrefOf(link);
  const cellStyle = { backgroundColor: ACCENT, borderRadius: 8 };
  return h(
    'table',
    { role: 'presentation', className: 'button-table', cellPadding: 0, cellSpacing: 0, border: 0 },
    h(
      'tbody',
      null,
      h('tr', null, h('td', { className: 'button', style: cellStyle }, h('a', { href, style: words }, plain(label)))),
    ),
  );
}

function foot(letter: Letter, seller: Seller): ReactNode {
  const style = { margin: '0 0 4px', fontFamily: FONT, fontSize: 13, lineHeight: '19px', color: SOFT };
  return footOf(letter, seller).map((line) => h('p', { key: line, className: 'soft', style }, plain(line)));
}

const TEXT = { fontSize: 16, lineHeight: '24px', color: INK };
const CARD = { backgroundColor: SURFACE, border: `1px solid ${LINE}`, borderRadius: 14, padding: '32px 36px' };

interface Attributes {
  readonly className?: string;
  readonly align?: 'center';
  readonly width?: string;
  readonly style?: Readonly<Record<string, string | number>>;
}

function table(attributes: Attributes, ...rows: ReactNode[]): ReactNode {
  const plainTable = { role: 'presentation', cellPadding: 0, cellSpacing: 0, border: 0 };
  return h('table', { ...plainTable, ...attributes }, h('tbody', null, ...rows));
}

const cell = (attributes: Attributes, ...children: ReactNode[]): ReactNode =>
  h('tr', null, h('td', attributes, ...children));
