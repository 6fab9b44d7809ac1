/** What somebody pays of their own accord, as they type it. */
import { useState } from 'react';
import type { Price } from '../api/catalog.ts';
import { formatMoney, parseMoney, plainMoney } from '../format/money.ts';
import { InputField } from './field.tsx';

interface AmountFieldProps {
  readonly price: Price;
  /** What it begins with, in minor units. */
  readonly amount: number;
  /** What the server says is wrong. */
  readonly error?: string;
  /** In minor units; undefined while it is nothing that can be paid. */
  readonly onChange: (amount: number | undefined) => void;
}

export function AmountField({ price, amount, error, onChange }: AmountFieldProps) {
  const { price_currency: currency } = price;
  const [text, setText] = useState(() => plainMoney(amount, currency));
  const [isLeft, setLeft] = useState(false);
  const wrong = wrongWith(text, price);
  return (
    <InputField
      label="Your amount"
      inputMode="decimal"
      autoComplete="off"
      required
      maxLength={20}
      mark={currency.toUpperCase()}
      hint={hintOf(price)}
      error={isLeft && wrong !== undefined ? wrong : error}
      value={text}
      onFocus={(event) => event.target.select()}
      onBlur={() => setLeft(true)}
      onChange={(event) => {
        const next = event.target.value;
        setText(next);
        onChange(wrongWith(next, price) === undefined ? parseMoney(next, currency) : undefined);
      }}
    />
  );
}

/** Only what the page can know; what the card processor takes at least, the server says. */
function wrongWith(
  text: string,
  { price_currency: currency, minimum_amount, maximum_amount }: Price,
): string | undefined {
  const amount = parseMoney(text, currency);
  if (amount === undefined) return `Enter an amount, such as ${plainMoney(minimum_amount || 1000, currency)}.`;
  if (amount < (minimum_amount ?? 0)) return `Enter ${formatMoney(minimum_amount ?? 0, currency)} or more.`;
  if (maximum_amount !== null && maximum_amount !== undefined && amount > maximum_amount) {
    return `Enter ${formatMoney(maximum_amount, currency)} or less.`;
  }
  return undefined;
}

function hintOf({ price_currency: currency, minimum_amount: least = 0, maximum_amount: most }: Price): string {
  const from = least === 0 ? 'As much as you want' : `${formatMoney(least, currency)} or more`;
  return most === null || most === undefined ? `${from}.` : `${from}, up to ${formatMoney(most, currency)}.`;
}
