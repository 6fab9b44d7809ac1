/** The text of a PDF that pdfkit made, page by page: enough to see that letters are the letters they should be. */
import { inflateSync } from 'node:zlib';

export function pagesOf(pdf: Buffer): string[] {
  const objects = objectsOf(pdf.toString('latin1'));
  const fonts = new Map<string, Map<string, string>>();
  for (const [, name = '', id = ''] of objectsText(objects).matchAll(/\/(F\d+) (\d+) 0 R/g)) {
    const map = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id)?.head ?? '')?.[1] ?? '';
    fonts.set(name, lettersOf(objects.get(map)?.stream ?? ''));
  }
  const pages = [...objects.values()].filter(({ head }) => /\/Type \/Page\n/.test(head));
  return pages.map(({ head }) => {
    const id = /\/Contents (\d+) 0 R/.exec(head)?.[1] ?? '';
    return textOf(objects.get(id)?.stream ?? '', fonts);
  });
}

interface PdfObject {
  readonly head: string;
  readonly stream: string | null;
}

function objectsOf(file: string): Map<string, PdfObject> {
  const found = file.matchAll(/^(\d+) 0 obj\n([\s\S]*?)(?:stream\n([\s\S]*?)\nendstream\n)?endobj$/gm);
  return new Map(
    [...found].map(([, id = '', head = '', stream]) => {
      const isText = stream !== undefined && head.includes('/FlateDecode');
      return [id, { head, stream: isText ? inflateSync(Buffer.from(stream, 'latin1')).toString('latin1') : null }];
    }),
  );
}

const objectsText = (objects: Map<string, PdfObject>) => [...objects.values()].map(({ head }) => head).join('\n');

/** Which glyph is which text: `<0000> <0004> [<0041> <0042> …]`. */
function lettersOf(map: string): Map<string, string> {
  const letters = new Map<string, string>();
  for (const [, from = '0', , texts = ''] of map.matchAll(/<(\w+)> <(\w+)> \[([^\]]*)\]/g)) {
    [...texts.matchAll(/<([\w ]+)>/g)].forEach(([, text = ''], index) => {
      const glyph = (Number.parseInt(from, 16) + index).toString(16).padStart(4, '0');
      letters.set(glyph, Buffer.from(text.replaceAll(' ', ''), 'hex').swap16().toString('utf16le'));
    });
  }
  return letters;
}

/** One line for each piece of text that was written. */
function textOf(content: string, fonts: Map<string, Map<string, string>>): string {
  const lines: string[] = [];
  let letters = new Map<string, string>();
  for (const [, font, pieces] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[(.*?)\] TJ/g)) {
    if (font !== undefined) letters = fonts.get(font) ?? letters;
    else {
      const glyphs = [...(pieces ?? '').matchAll(/<(\w+)>/g)].map(([, hex]) => hex).join('');
      lines.push((glyphs.match(/.{4}/g) ?? []).map((glyph) => letters.get(glyph) ?? '\ufffd').join(''));
    }
  }
  return lines.join('\n');
}
