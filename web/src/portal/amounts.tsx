/** What a charge is made of, line by line, down to what the card pays. */
import type { Amounts as Preview } from '../api/portal-subscriptions.ts';
import { formatMoney } from '../format/money.ts';

interface AmountsProps {
  readonly amounts: Preview;
  /** Of the sum: "Charged now". */
  readonly label: string;
}

export function Amounts({ amounts, label }: AmountsProps) {
  const { currency, lines, discount_amount: discount, tax_amount: tax } = amounts;
  const { applied_balance_amount: applied, applied_usage_wallet_amount: prepaid } = amounts;
  const balance = applied - prepaid;
  // A tax that is part of the prices takes nothing more.
  const isAdded = amounts.total_amount === amounts.net_amount + tax;
  const money = (amount: number) => formatMoney(amount, currency);
  return (
    <dl className="sums">
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two lines may be alike, and none moves
        <Line key={index} label={line.label} value={money(line.amount)} />
      ))}
      {discount > 0 && <Line label="Discount" value={money(-discount)} />}
      {tax !== 0 && isAdded && <Line label="Tax" value={money(tax)} />}
      {prepaid < 0 && <Line label="From your prepaid usage" value={money(prepaid)} />}
      {balance < 0 && <Line label="From your credit" value={money(balance)} />}
      {balance > 0 && <Line label="Added to your credit" value={money(balance)} />}
      <div className="due">
        <dt>{label}</dt>
        <dd data-testid="due">{money(amounts.due_amount)}</dd>
      </div>
      {tax > 0 && !isAdded && (
        <div>
          <dt className="unseen">About the tax</dt>
          <dd className="remark soft small">Includes {money(tax)} tax.</dd>
        </div>
      )}
    </dl>
  );
}

function Line({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
