/** `expand[]`: ids in an answer replaced by the objects they name, along dotted paths, through lists too. */
import { invalid } from './failures.ts';
import type { Form } from './form.ts';
import { list } from './params.ts';
import type { Store } from './store.ts';

const DEEPEST = 4;

/** Names that Stripe leaves out of an object until they are asked for. */
type Extra = (object: Record<string, unknown>) => unknown;

export function expand(answer: object, form: Form, store: Store): object {
  if (form.expand === undefined) return answer;
  const paths = list.safeParse(form.expand);
  if (!paths.success) throw invalid('Invalid array', 'expand');
  return paths.data.reduce<object>((object, path) => {
    const names = path.split('.');
    if (names.length > DEEPEST + 1)
      throw invalid(`You cannot expand more than ${DEEPEST} levels of a property.`, 'expand');
    return expanded(object, names, path, store);
  }, answer);
}

function expanded(object: object, names: readonly string[], path: string, store: Store): object {
  const [name, ...rest] = names;
  if (name === undefined) return object;
  if (Array.isArray(object)) return object.map((item: object) => expanded(item, names, path, store));
  const fields: Record<string, unknown> = { ...object };
  const value = Object.hasOwn(fields, name) ? fields[name] : extras(store)[`${fields.object}.${name}`]?.(fields);
  if (value === undefined) throw invalid(`This property cannot be expanded (${path}).`, 'expand');
  if (value === null) return object;
  const whole = typeof value === 'string' ? store.findAny(value) : value;
  if (typeof whole !== 'object' || whole === null)
    throw invalid(`This property cannot be expanded (${path}).`, 'expand');
  return { ...fields, [name]: expanded(whole, rest, path, store) };
}

function extras(store: Store): Record<string, Extra | undefined> {
  return {
    'charge.refunds': ({ id }) => store.list('refund', { charge: String(id) }, {}, `/v1/charges/${id}/refunds`),
    'charge.failure_balance_transaction': () => null,
  };
}
