/** Instants of the API, for people: the reader's own time zone. */
import { readingLocale } from './locale.ts';

/** "8 Dec 2026", in the reader's order. */
export function formatDate(instant: string): string {
  return new Intl.DateTimeFormat(readingLocale(), { dateStyle: 'medium' }).format(new Date(instant));
}

/** "8 Dec 2026, 15:40": where the hour counts. */
export function formatMoment(instant: string): string {
  const style = { dateStyle: 'medium', timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat(readingLocale(), style).format(new Date(instant));
}
