/** Instants on the wire. */

export const iso = (at: Date): string => at.toISOString();
export const isoOrNull = (at: Date | null | undefined): string | null => at?.toISOString() ?? null;

/** What every thing says first of itself. */
export function identity(row: { readonly id: string; readonly createdAt: Date; readonly modifiedAt?: Date | null }) {
  return { id: row.id, created_at: iso(row.createdAt), modified_at: isoOrNull(row.modifiedAt) };
}
