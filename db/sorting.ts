/** Orders that no single column holds, as keys and directions for `orderBy`. */
import { raw } from '@mikro-orm/core';

type Direction = 'asc' | 'desc';

/** Products by their lowest present price, or by its kind. */
export const byPrice = (what: 'amount' | 'amount_type', direction: Direction) => ({
  [raw<string>((alias) => `(select min(${what}) from prices where product_id = ${alias}.id and not is_archived)`)]:
    direction,
});

/** In the order of this list of UUIDs. */
export const asListed = (ids: readonly string[], direction: Direction) => ({
  [raw<string>((alias) => `array_position(?::uuid[], ${alias}.id)`, [`{${ids.join(',')}}`])]: direction,
});

/** Grants as the products that brought them list their benefits. */
export const byPlaceInProduct = (direction: Direction) => ({
  [raw<string>(
    (alias) =>
      `(select min(place.id) from product_benefits place where place.benefit_id = ${alias}.benefit_id and ` +
      `place.product_id in (select product_id from subscriptions where id = ${alias}.subscription_id union all ` +
      `select product_id from orders where id = ${alias}.order_id))`,
  )]: direction,
});
