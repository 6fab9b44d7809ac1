/** Choosing between the products a checkout offers. */
import type { Checkout } from '../api/checkouts.ts';
import { formatPrice, formatRhythm, staticPrice } from '../format/terms.ts';

interface ProductChoiceProps {
  readonly checkout: Checkout;
  /** What is marked: the buyer's wish, before the server has answered. */
  readonly chosen: string | undefined;
  readonly onChoose: (productId: string) => void;
}

export function ProductChoice({ checkout, chosen, onChoose }: ProductChoiceProps) {
  if (checkout.products.length < 2) return null;
  return (
    <fieldset className="choices">
      <legend className="legend">Choose a plan</legend>
      {checkout.products.map((product) => {
        const price = staticPrice(checkout.prices?.[product.id] ?? product.prices, checkout.currency);
        const isByUse = price === undefined && product.prices.some((each) => each.amount_type === 'metered_unit');
        return (
          <label key={product.id} className="choice">
            <input type="radio" name="product" checked={product.id === chosen} onChange={() => onChoose(product.id)} />
            <span>{product.name}</span>
            <span className="soft small">
              {isByUse ? 'Pay for what you use' : `${formatPrice(price)} ${formatRhythm(product, price)}`}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
