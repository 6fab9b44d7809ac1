/** A letter as plain text. */
import { footOf } from './foot.ts';
import type { Between, Letter } from './letter.ts';
import { hrefOf, withoutPlaceholders } from './links.ts';

export function textOf(letter: Letter, { seller, reader }: Between): string {
  const { paragraphs, facts, button, closing } = letter;
  return [
    ...[`Hello${reader.name ? ` ${reader.name}` : ''},`, ...paragraphs].map(withoutPlaceholders),
    ...(facts.length === 0 ? [] : [withoutPlaceholders(table(letter))]),
    ...(button === null ? [] : [`${withoutPlaceholders(button.label)}:\n${hrefOf(button.link)}`]),
    ...closing.map(withoutPlaceholders),
    withoutPlaceholders(`-- \n${footOf(letter, seller).toReversed().join('\n')}`),
  ].join('\n\n');
}

/** The dash of a signature is `-- `, RFC 3676. */
const table = ({ facts }: Letter) => facts.map(([label, value]) => `${label}: ${value}`).join('\n');
