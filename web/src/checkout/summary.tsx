/** What is being bought, what it costs today and later, and what comes with it. */
import type { Price, Product } from '../api/catalog.ts';
import type { Checkout } from '../api/checkouts.ts';
import { formatDate } from '../format/dates.ts';
import { formatMoney } from '../format/money.ts';
import { formatRhythm, formatSpan, formatTrial } from '../format/terms.ts';
import { formatUsage } from '../format/usage.ts';
import { Sums } from './sums.tsx';
import { usageOf } from './usage.ts';

export function Summary({ checkout }: { checkout: Checkout }) {
  const { product } = checkout;
  if (product === null) return null;
  const terms = termsOf(checkout);
  const isFree = checkout.amount === 0;
  const usage = usageOf(checkout);
  return (
    <section className="stack" aria-label="Your order">
      <div className="stack-tight">
        <p className="price-line">
          <span className="price">
            {isFree ? priceOfNothing(usage) : formatMoney(checkout.amount, checkout.currency)}
          </span>
          <span className="soft">{isFree ? '' : formatRhythm(product)}</span>
        </p>
        {terms !== undefined && <p>{terms}</p>}
      </div>
      {usage.length > 0 && (
        <div className="stack-tight">
          <h2 className="legend">{isFree ? 'What you pay for' : 'And for what you use'}</h2>
          <ul className="ticks">
            {usage.map((price) => (
              <li key={price.id}>{formatUsage(price, formatRhythm(product))}</li>
            ))}
          </ul>
        </div>
      )}
      {product.description !== null && <p className="soft">{product.description}</p>}
      {product.benefits.length > 0 && (
        <div className="stack-tight">
          <h2 className="legend">What you get</h2>
          <ul className="ticks">
            {product.benefits.map((benefit) => (
              <li key={benefit.id}>{benefit.description}</li>
            ))}
          </ul>
        </div>
      )}
      <Sums checkout={checkout} />
    </section>
  );
}

const priceOfNothing = (usage: readonly Price[]): string => (usage.length > 0 ? 'Pay for what you use' : 'Free');

/** "14 days free, then $10.00 a month from 8 Dec 2026". */
function termsOf(checkout: Checkout): string | undefined {
  const { product, total_amount: total } = checkout;
  const trial = formatTrial(checkout.active_trial_interval, checkout.active_trial_interval_count);
  if (product?.is_recurring !== true) return undefined;
  const isMetered = usageOf(checkout).length > 0;
  const isByUseAlone = isMetered && checkout.amount === 0;
  const plus = isMetered ? ', and what you have used' : '';
  if (trial === undefined) {
    if (isByUseAlone) return 'What you have used is charged at the end of each period. Cancel whenever you like.';
    const isFree = total === 0 && !checkout.is_payment_form_required;
    if (isFree) return 'Ends when you say so.';
    return `Renews at ${renewalOf(checkout, product)}${plus}. Cancel whenever you like.`;
  }
  const start = checkout.trial_end === null ? '' : ` from ${formatDate(checkout.trial_end)}`;
  const then = isByUseAlone ? `what you have used is charged${start}` : `${firstOf(checkout, product)}${start}${plus}`;
  return `${trial}, then ${then}. Cancel before that and you pay nothing.`;
}

/** "$20.00 a month", or for a discount of some months "$10.00 a month, after 3 months at $20.00 a month". */
function renewalOf(checkout: Checkout, product: Product): string {
  const { discount, amount, total_amount: total, discount_amount: off, tax_amount: tax, currency } = checkout;
  const isTaxAdded = tax !== null && tax > 0 && checkout.tax_behavior !== 'inclusive';
  const reduced = `${formatMoney(total, currency)} ${formatRhythm(product)}${tax === null ? ' plus tax' : ''}`;
  const whole = `${formatMoney(amount, currency)} ${formatRhythm(product)}${tax === null || isTaxAdded ? ' plus tax' : ''}`;
  if (discount === null || off === 0 || discount.duration === 'forever') return reduced;
  if (discount.duration === 'once') return whole;
  return `${reduced}, after ${formatSpan('month', discount.duration_in_months ?? 0)} at ${whole}`;
}

/** "$20.00 a month", or for a discount that ends "$10.00 the first time and $20.00 a month later". */
function firstOf(checkout: Checkout, product: Product): string {
  const { discount, discount_amount: off, total_amount: total, currency } = checkout;
  const renewal = renewalOf(checkout, product);
  if (off === 0 || discount?.duration !== 'once') return renewal;
  return `${formatMoney(total, currency)} the first time and ${renewal} later`;
}
