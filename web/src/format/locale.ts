/** In whose manner dates and numbers are written; the words are English. */

let chosen: string | null = null;

/** From now on in this one; null: the reader's own English, if they have one. What no browser knows is left aside. */
export function readIn(locale: string | null): void {
  chosen = locale !== null && isKnown(locale) ? locale : null;
}

export function readingLocale(): string {
  return chosen ?? navigator.languages.find((language) => language.startsWith('en')) ?? 'en-GB';
}

function isKnown(locale: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(locale).length > 0;
  } catch {
    return false;
  }
}
