/** Lists: one page of them, how to ask for it, and in which order. */
import { z } from 'zod';
import { queryInteger } from './query.ts';

const MOST_PER_PAGE = 100;

/** Query parameters of every list. A larger `limit` than 100 counts as 100. */
export const Pagination = z.object({
  page: queryInteger(1, 2_147_483_647).default(1).describe('Number of the page, from 1.'),
  limit: queryInteger(1, Number.MAX_SAFE_INTEGER)
    .default(10)
    .describe('Items on a page, at most 100.')
    .overwrite((limit) => Math.min(limit, MOST_PER_PAGE)),
});
export type Pagination = z.infer<typeof Pagination>;

export const PaginationInfo = z
  .object({
    total_count: z.int().describe('Items on all pages together.'),
    max_page: z.int().describe('Number of the last page; 0 when there is none.'),
  })
  .meta({ id: 'Pagination' });
export type PaginationInfo = z.infer<typeof PaginationInfo>;

/** One page of a list: `{items, pagination: {total_count, max_page}}`. */
export function paginated<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), pagination: PaginationInfo });
}

export interface Page<Item> {
  items: Item[];
  pagination: PaginationInfo;
}

/** Puts the items of one page and the count of all into the wire's shape. */
export function page<Item>(items: Item[], totalCount: number, asked: Pagination): Page<Item> {
  return { items, pagination: { total_count: totalCount, max_page: Math.ceil(totalCount / asked.limit) } };
}

/**
 * The `sorting` parameter: one or more of the given properties, each with a leading `-` for descending order.
 * Parses to `[{property, direction}]`; absent, to the standard order.
 */
export function sorting<const Property extends string>(
  properties: readonly Property[],
  standard: readonly Sorting<NoInfer<Property>>[],
) {
  const criteria = new Map<string, Sorting<Property>>();
  for (const property of properties) {
    criteria.set(property, { property, direction: 'asc' });
    criteria.set(`-${property}`, { property, direction: 'desc' });
  }
  return z
    .preprocess(
      (value) => (typeof value === 'string' ? [value] : value),
      z.array(z.enum([...criteria.keys()])).max(criteria.size),
    )
    .optional()
    .transform((asked) => asked?.flatMap((each) => criteria.get(each) ?? []) ?? [...standard]);
}

export interface Sorting<Property extends string> {
  readonly property: Property;
  readonly direction: 'asc' | 'desc';
}
