/** Bodies that have several forms. */
import { z } from 'zod';

/**
 * A body in one of several forms, told apart by the key that only the form of that name has; `rest` is the form without
 * any. Chosen by key rather than by what fits, so that mistakes are reported of the form that was meant, and a wrong
 * value is never dropped because the rest of the body fits another form.
 */
export function oneOfForms<const Forms extends Readonly<Record<string, z.ZodObject>>, Rest extends z.ZodObject>(
  forms: Forms,
  rest: Rest,
) {
  const all: readonly [Forms[keyof Forms], ...Forms[keyof Forms][], Rest] = [...Object.values(forms), rest] as never;
  const union = z.union(all);
  return z.preprocess((given, ctx) => {
    if (typeof given !== 'object' || given === null) return given;
    const [, form = rest] = Object.entries(forms).find(([key]) => key in given) ?? [];
    for (const [key, value] of Object.entries(given)) {
      const isOfAnother = !(key in form.shape) && union.options.some(({ shape }) => key in shape);
      if (isOfAnother && value !== null) ctx.addIssue({ code: 'custom', path: [key], message: 'One change at a time' });
    }
    const parsed = form.safeParse(given, { reportInput: true });
    if (!parsed.success) {
      for (const issue of parsed.error.issues) ctx.issues.push({ input: undefined, ...issue });
      return z.NEVER;
    }
    // Only what belongs to the form, so that the union finds the same one.
    return Object.fromEntries(Object.entries(given).filter(([key]) => key in form.shape));
  }, union);
}
