/** From the price to what is due today: discount, tax, the customer's balance, and a trial that comes first. */
import type { Checkout } from '../api/checkouts.ts';
import { formatMoney } from '../format/money.ts';
import { formatSeats, unitOf } from '../format/seats.ts';

export function Sums({ checkout }: { checkout: Checkout }) {
  const { amount, seats, discount_amount: discount, tax_amount: tax, applied_balance_amount: applied } = checkout;
  const { currency } = checkout;
  const isAdded = checkout.tax_behavior !== 'inclusive';
  const addsTax = tax !== null && tax > 0 && isAdded;
  const isOpen = tax === null && checkout.total_amount > 0;
  const money = (value: number) => formatMoney(value, currency);
  return (
    <dl className="sums" aria-live="polite">
      {seats !== null && seats !== undefined && (
        <Sum label={formatSeats(seats, unitOf(checkout.product_price))} value={money(amount)} />
      )}
      {(discount > 0 || addsTax || isOpen || applied < 0) && <Sum label="Subtotal" value={money(amount)} />}
      {discount > 0 && <Sum label={discountLabel(checkout)} value={money(-discount)} />}
      {isOpen && <Sum label="Tax" value="Enter your address" />}
      {addsTax && <Sum label="Tax" value={money(tax)} />}
      {checkout.is_reverse_charged === true && <Sum label="Tax" value="Reverse charge" />}
      {applied < 0 && <Sum label="From your balance" value={money(applied)} />}
      {hasTrial(checkout) && <Sum label="After the trial" value={money(checkout.total_amount)} />}
      <div className="due">
        <dt>Due today</dt>
        <dd data-testid="due-today">{money(dueToday(checkout))}</dd>
      </div>
      <Remark checkout={checkout} />
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

/** Of the tax, where it doesn't stand among the sums or says little there. */
function Remark({ checkout }: { checkout: Checkout }) {
  const { tax_amount: tax, tax_behavior: behavior, currency } = checkout;
  const words =
    checkout.is_reverse_charged === true
      ? 'Your business accounts for the VAT itself.'
      : tax !== null && tax > 0 && behavior === 'inclusive'
        ? `${hasTrial(checkout) ? 'Then includes' : 'Includes'} ${formatMoney(tax, currency)} tax.`
        : undefined;
  if (words === undefined) return null;
  return (
    <div>
      <dt className="unseen">About the tax</dt>
      <dd className="remark soft small">{words}</dd>
    </div>
  );
}

export function hasTrial(checkout: Checkout): boolean {
  return checkout.active_trial_interval !== null && checkout.active_trial_interval_count !== null;
}

/** In minor units: nothing while a trial runs, nor what the balance pays. */
export const dueToday = ({ due_amount: due }: Checkout): number => due;

/** "Discount SPRING", "Discount Half off". */
function discountLabel({ discount }: Checkout): string {
  return discount === null ? 'Discount' : `Discount ${discount.code ?? discount.name}`;
}
