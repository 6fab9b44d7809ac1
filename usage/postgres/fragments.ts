/** Parts of statements, with their values beside them: what others have written is never part of the text. */

/** With a `?` for each value. */
export interface Fragment {
  readonly text: string;
  readonly values: readonly unknown[];
}

export const fragment = (text: string, ...values: readonly unknown[]): Fragment => ({ text, values });

export const joined = (parts: readonly Fragment[], by: string): Fragment => ({
  text: parts.map(({ text }) => `(${text})`).join(by),
  values: parts.flatMap(({ values }) => values),
});

/** Asks the database, with a `?` for each value. */
export type Ask = <Row extends object>(text: string, values: readonly unknown[]) => Promise<Row[]>;
