/** What a merchant may write of a product: its prices, of which some rows are kept for those who pay them. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { PriceId } from '../../billing/ids.ts';
import { minimumCharge } from '../../billing/money.ts';
import { Price, type PriceRow } from '../../db/entities/price.ts';
import type { ProductRow } from '../../db/entities/product.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { ProductPriceCreate } from '../../schemas/price.ts';
import { type Invalid, unprocessable } from '../errors.ts';

type NewPrice = z.output<typeof ProductPriceCreate>;
type PriceWish = NewPrice | { readonly id: string };

/** One static price for each currency, and each large enough to be charged. */
export function refuseBadPrices(prices: readonly PriceWish[]): void {
  const wrong: Invalid[] = [];
  const currencies = new Set<string>();
  for (const [index, price] of prices.entries()) {
    if ('id' in price) continue;
    const loc = ['body', 'prices', index];
    const { price_currency: currency } = price;
    if (currencies.has(currency)) {
      wrong.push({
        loc: [...loc, 'price_currency'],
        msg: 'There is another price in this currency.',
        type: 'value_error',
      });
    }
    currencies.add(currency);
    const least = minimumCharge(currency);
    if (price.amount_type === 'fixed' && price.price_amount > 0 && price.price_amount < least) {
      const msg = `The least that can be charged in ${currency.toUpperCase()} is ${least}; 0 makes it free.`;
      wrong.push({ loc: [...loc, 'price_amount'], msg, type: 'value_error' });
    }
  }
  if (wrong.length > 0) throw unprocessable(...wrong);
}

/** Keeps the prices named by id, makes the others, and archives what is no longer named: its subscribers stay on it. */
export function replacePrices(em: EntityManager, product: ProductRow, wishes: readonly PriceWish[], at: Date): void {
  const present = product.prices.getItems().filter(({ isArchived }) => !isArchived);
  const kept = wishes.flatMap((wish, index) => ('id' in wish ? [named(present, wish.id, index)] : []));
  const clash = wishes.findIndex(
    (wish) => !('id' in wish) && kept.some(({ currency }) => currency === wish.price_currency),
  );
  if (clash >= 0) {
    const loc = ['body', 'prices', clash, 'price_currency'];
    throw unprocessable({ loc, msg: 'A price that is kept is in this currency.', type: 'value_error' });
  }
  for (const price of present) {
    if (kept.includes(price)) continue;
    price.isArchived = true;
    price.modifiedAt = at;
  }
  for (const wish of wishes) if (!('id' in wish)) addPrice(em, product, wish, at);
}

export function addPrice(em: EntityManager, product: ProductRow, price: NewPrice, at: Date): void {
  const amount = price.amount_type === 'fixed' ? price.price_amount : 0;
  product.prices.add(
    em.create(Price, {
      id: randomUUID() as PriceId,
      createdAt: at,
      product,
      amountType: amount === 0 ? 'free' : 'fixed',
      currency: price.price_currency,
      amount,
      taxBehavior: price.tax_behavior ?? null,
    }),
  );
}

function named(present: readonly PriceRow[], id: string, index: number): PriceRow {
  const price = present.find((candidate) => candidate.id === id);
  if (price === undefined) {
    throw unprocessable({
      loc: ['body', 'prices', index, 'id'],
      msg: 'This is not a price of the product.',
      type: 'value_error',
    });
  }
  return price;
}
