/** A letter as it is kept and sent. */
import { htmlOf } from './html.ts';
import type { Between, Letter, Rendered } from './letter.ts';
import { withoutPlaceholders } from './links.ts';
import { textOf } from './text.ts';

export function rendered(letter: Letter, between: Between): Rendered {
  return {
    // A header is one line.
    subject: withoutPlaceholders(letter.subject.replaceAll(/\s+/g, ' ')),
    text: textOf(letter, between),
    html: htmlOf(letter, between),
  };
}
