/** Pages of a list, as the peer counts them. */

export interface PageQuery {
  readonly page: number;
  readonly limit: number;
}

export function page({ page: number, limit }: PageQuery) {
  return {
    /** For `findAndCount`. */
    window: { limit, offset: (number - 1) * limit },
    /** The answer, from what `findAndCount` found. */
    of<Row, View>([rows, total]: readonly [readonly Row[], number], view: (row: Row) => View) {
      return { items: rows.map(view), pagination: { total_count: total, max_page: Math.ceil(total / limit) } };
    },
  };
}
