/** What is bought by number, in words: seats, or what the price names in their place. English, as all labels are. */

/** "1 seat", "14 projects". Null: seats. */
export const counted = (number: number, unit: string | null): string =>
  `${number} ${number === 1 ? (unit ?? 'seat') : pluralOf(unit)}`;

export function pluralOf(unit: string | null): string {
  if (unit === null) return 'seats';
  if (/(s|x|z|ch|sh)$/i.test(unit)) return `${unit}es`;
  return /[^aeiou]y$/i.test(unit) ? `${unit.slice(0, -1)}ies` : `${unit}s`;
}
