/** What is being bought, what it costs today and later, and what comes with it. */
import type { Checkout } from '../api/checkouts.ts';
import { formatDate } from '../format/dates.ts';
import { formatMoney } from '../format/money.ts';
import { formatPrice, formatRhythm, formatTrial } from '../format/terms.ts';

export function Summary({ checkout }: { checkout: Checkout }) {
  const { product } = checkout;
  if (product === null) return null;
  const terms = termsOf(checkout);
  return (
    <section className="stack" aria-label="Your order">
      <div className="stack-tight">
        <p className="price-line">
          <span className="price">{formatPrice(checkout.product_price ?? undefined)}</span>
          <span className="soft">{formatRhythm(product, checkout.product_price ?? undefined)}</span>
        </p>
        {terms !== undefined && <p>{terms}</p>}
      </div>
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

function Sums({ checkout }: { checkout: Checkout }) {
  const { amount, discount_amount: discount, tax_amount: tax, currency } = checkout;
  const isInclusive = checkout.tax_behavior === 'inclusive';
  return (
    <dl className="sums" aria-live="polite">
      {(discount > 0 || (tax !== null && tax > 0)) && <Sum label="Subtotal" value={formatMoney(amount, currency)} />}
      {discount > 0 && <Sum label="Discount" value={formatMoney(-discount, currency)} />}
      {tax !== null && tax > 0 && (
        <Sum label={isInclusive ? 'Tax, included' : 'Tax'} value={formatMoney(tax, currency)} />
      )}
      {hasTrial(checkout) && <Sum label="After the trial" value={formatMoney(checkout.total_amount, currency)} />}
      <div className="due">
        <dt>Due today</dt>
        <dd data-testid="due-today">{formatMoney(dueToday(checkout), currency)}</dd>
      </div>
    </dl>
  );
}

function Sum({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

export function hasTrial(checkout: Checkout): boolean {
  return checkout.active_trial_interval !== null && checkout.active_trial_interval_count !== null;
}

/** In minor units: nothing while a trial runs. */
export function dueToday(checkout: Checkout): number {
  return hasTrial(checkout) ? 0 : checkout.total_amount;
}

/** "14 days free, then $10.00 a month from 8 Dec 2026". */
function termsOf(checkout: Checkout): string | undefined {
  const { product, total_amount: total, currency } = checkout;
  const trial = formatTrial(checkout.active_trial_interval, checkout.active_trial_interval_count);
  if (product?.is_recurring !== true) return undefined;
  const price = `${formatMoney(total, currency)} ${formatRhythm(product)}`;
  if (trial === undefined)
    return total === 0 ? 'Ends when you say so.' : `Renews at ${price}. Cancel whenever you like.`;
  const start = checkout.trial_end === null ? '' : ` from ${formatDate(checkout.trial_end)}`;
  return `${trial}, then ${price}${start}. Cancel before that and you pay nothing.`;
}
