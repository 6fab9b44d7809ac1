/** The lines of what is paid in advance: for a period of a subscription, or for a purchase. */
import type { Line } from '../billing/orders.ts';
import { amountOf } from '../billing/prices.ts';
import { counted } from '../billing/units.ts';
import type { PriceRow } from './entities/price.ts';
import type { ProductRow } from './entities/product.ts';
import { priceTerms } from './price-terms.ts';

/** What was bought, and goes on being so: its own price, also one that is archived, at its own amount and seats. */
export interface Bought {
  readonly product: Pick<ProductRow, 'name'>;
  readonly price: PriceRow;
  readonly amount: number;
  readonly seats?: number | null | undefined;
}

/** None where only what is used is paid. */
export function linesOf({ product, price, amount, seats = null }: Bought): Line[] {
  if (price.amountType === 'metered_unit') return [];
  return [
    {
      label: seats === null ? product.name : `${product.name} (${counted(seats, price.unitLabel ?? null)})`,
      amount: amountOf(priceTerms(price), { amount, seats }),
      priceId: price.id,
      proration: false,
    },
  ];
}
