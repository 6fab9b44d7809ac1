/** What a change of a checkout makes of its product, price, currency, amount and seats. */
import type { z } from 'zod';
import type { ProductId } from '../../billing/ids.ts';
import type { CheckoutRow } from '../../db/entities/checkout.ts';
import type { PriceRow } from '../../db/entities/price.ts';
import { Product, type ProductRow } from '../../db/entities/product.ts';
import { offeredPrices } from '../../db/offered-prices.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { CheckoutUpdate, CheckoutUpdatePublic } from '../../schemas/checkout.ts';
import { invalid } from '../errors.ts';
import { meteredPriceIds, pricedAgain, priceOf } from './terms.ts';

export type Change = Partial<z.output<typeof CheckoutUpdatePublic> | z.output<typeof CheckoutUpdate>> & {
  readonly currency?: string | null | undefined;
  readonly customer_ip_address?: string | null | undefined;
};

/** Who edits. The merchant vouches for what they say of the buyer; `payer` is the buyer as they press Pay. */
export type Editor = 'merchant' | 'buyer' | 'payer';

/** Before the rest of the change is written: the buyer's country is still what it was. True where it changes anything. */
export async function choose(
  em: EntityManager,
  checkout: CheckoutRow,
  editor: Editor,
  change: Change,
): Promise<boolean> {
  const { product_id, product_price_id, currency, amount, seats } = change;
  const movedTo = newCountry(checkout, editor, change);
  if (
    ![product_id, product_price_id, currency, amount, seats, movedTo].some(
      (said) => said !== undefined && said !== null,
    )
  )
    return false;
  if (currency || (editor === 'merchant' && product_price_id)) checkout.currencyChosen = true;
  const product = product_id ? await offered(em, checkout, product_id) : checkout.product;
  const isSameProduct = product.id === checkout.product.id;
  const isNamed = Boolean(product_price_id || currency);
  const isKept = isSameProduct && !isNamed && movedTo === null;
  const prices = isKept ? [] : await offeredPrices(em, product.id, checkout.id);
  // The present price, also an archived one, where nothing asks for another: it is what the buyer was shown.
  const price = isKept ? checkout.price : nextPrice(prices, checkout, product, change, movedTo);
  // Who stays with what they were shown stays with all of it.
  const isShown = isSameProduct && price.id === checkout.price.id;
  const metered = isShown ? checkout.meteredPriceIds : meteredPriceIds(prices, price);
  const priced = pricedAgain(checkout, price, { amount, seats });
  Object.assign(checkout, { product, ...priced, meteredPriceIds: metered });
  return true;
}

/**
 * The buyer's country where it has changed, and the currency with it. Not as they press Pay: nobody is charged in
 * another currency than the one that they were shown.
 */
function newCountry(checkout: CheckoutRow, editor: Editor, change: Change): string | null {
  if (editor === 'payer' || checkout.currencyChosen) return null;
  const country = change.customer_billing_address?.country;
  return country === undefined || country === checkout.customerBillingAddress?.country ? null : country;
}

async function offered(em: EntityManager, checkout: CheckoutRow, id: string): Promise<ProductRow> {
  if (!checkout.productIds.includes(id)) {
    throw invalid(['body', 'product_id'], 'This product is not among those of the checkout.');
  }
  const product = await em.findOne(Product, { id: id as ProductId, isArchived: false });
  if (product === null) throw invalid(['body', 'product_id'], 'This product is no longer sold.');
  return product as ProductRow;
}

function nextPrice(
  prices: readonly PriceRow[],
  checkout: CheckoutRow,
  product: ProductRow,
  change: Change,
  movedTo: string | null,
): PriceRow {
  const price = priceOf(prices, {
    priceId: change.product_price_id,
    currency: change.currency,
    present: movedTo === null ? checkout.currency : undefined,
    country: movedTo ?? checkout.customerBillingAddress?.country ?? null,
    fallback: checkout.organization.defaultPresentmentCurrency,
  });
  const isNamed = Boolean(change.product_price_id || change.currency);
  const isAsBefore = product.id === checkout.product.id && !isNamed && price.currency === checkout.currency;
  return isAsBefore ? checkout.price : price;
}
