/** Text that people search by, for `ilike`. */

/** Matches where the text contains it, whatever the case; `%` and `_` are ordinary characters. */
export const containing = (text: string): { $ilike: string } => ({ $ilike: `%${escaped(text)}%` });

/** Matches the same text in whatever case. */
export const inAnyCase = (text: string): { $ilike: string } => ({ $ilike: escaped(text) });

const escaped = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&');
