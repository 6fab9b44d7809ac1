/** What the buyer has entered into the shop's own fields, by their slugs, before it is sent. */
import type { AttachedField, FieldData } from '../api/custom-fields.ts';

export type Answers = Readonly<Record<string, string | boolean>>;

export function answersOf(data: FieldData | undefined): Answers {
  return Object.fromEntries(
    Object.entries(data ?? {}).flatMap(([slug, value]) =>
      value === null ? [] : [[slug, typeof value === 'number' ? String(value) : value] as const],
    ),
  );
}

/** Undefined where nothing is asked for. An empty answer takes an earlier one away. */
export function dataOf(fields: readonly AttachedField[], answers: Answers): FieldData | undefined {
  if (fields.length === 0) return undefined;
  return Object.fromEntries(
    fields.map(({ custom_field: { slug, type } }) => [
      slug,
      type === 'checkbox' ? answers[slug] === true : answers[slug] || null,
    ]),
  );
}

/** The fields that are needed and empty, with what to say of them. Whether the rest fits, the server says. */
export function lackingAnswers(fields: readonly AttachedField[], answers: Answers): Readonly<Record<string, string>> {
  return Object.fromEntries(
    fields.flatMap(({ custom_field: { slug, type }, required }) => {
      const answer = answers[slug];
      const isThere = type === 'checkbox' ? answer === true : typeof answer === 'string' && answer.trim() !== '';
      if (!required || isThere) return [];
      return [[slug, type === 'checkbox' ? 'This must be ticked.' : 'This is needed.'] as const];
    }),
  );
}
