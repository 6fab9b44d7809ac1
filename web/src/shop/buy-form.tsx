/** The way into a checkout, with what the buyer decides of it: an amount of their own, or seats. */
import { type ReactNode, type SubmitEvent, useRef, useState } from 'react';
import type { Price, Product } from '../api/catalog.ts';
import { formatMoney } from '../format/money.ts';
import { seatLimits, seatsAmount, unitOf } from '../format/seats.ts';
import { formatRhythm, isFree } from '../format/terms.ts';
import { AmountField } from '../parts/amount-field.tsx';
import { focusFirstInvalid } from '../parts/field.tsx';
import { SeatsStepper } from '../parts/seats-stepper.tsx';

interface BuyFormProps {
  readonly product: Product;
  readonly price: Price | undefined;
  readonly slug: string;
}

/** The server makes a checkout and leads there, so these are requests of the browser's own. */
export function BuyForm({ product, price, slug }: BuyFormProps) {
  const action = `/shop/${slug}/buy/${product.id}`;
  if (price?.minimum_amount !== undefined) return <OwnAmount product={product} price={price} action={action} />;
  if (price?.seat_tiers !== undefined) return <Seats product={product} price={price} action={action} />;
  return (
    <a className="button button-primary" href={action}>
      {price !== undefined && isFree(price) ? 'Get it' : product.trial_interval === null ? 'Buy' : 'Try it'}
      <span className="unseen"> {product.name}</span>
    </a>
  );
}

interface ChoiceProps {
  readonly product: Product;
  readonly price: Price;
  readonly action: string;
}

function OwnAmount({ product, price, action }: ChoiceProps) {
  const preset = price.preset_amount ?? price.minimum_amount ?? 0;
  const [amount, setAmount] = useState<number | undefined>(preset);
  return (
    <ChoiceForm action={action} isWrong={amount === undefined} name={product.name}>
      <AmountField price={price} amount={preset} onChange={setAmount} />
      <input type="hidden" name="amount" value={amount ?? ''} />
      {/* What was typed was meant in this currency, wherever the buyer is. */}
      <input type="hidden" name="currency" value={price.price_currency} />
    </ChoiceForm>
  );
}

function Seats({ product, price, action }: ChoiceProps) {
  const tiers = price.seat_tiers;
  const [seats, setSeats] = useState(tiers?.minimum_seats);
  if (tiers === undefined) return null;
  const sum = seats === undefined ? undefined : formatMoney(seatsAmount(tiers, seats), price.price_currency);
  return (
    <ChoiceForm action={action} isWrong={seats === undefined} name={product.name}>
      <SeatsStepper
        name="seats"
        seats={tiers.minimum_seats}
        limits={seatLimits(tiers)}
        unit={unitOf(price)}
        hint={sum === undefined ? undefined : `${sum} ${formatRhythm(product)}`.trim()}
        onChange={setSeats}
      />
    </ChoiceForm>
  );
}

interface ChoiceFormProps {
  readonly action: string;
  readonly isWrong: boolean;
  readonly name: string;
  readonly children: ReactNode;
}

function ChoiceForm({ action, isWrong, name, children }: ChoiceFormProps) {
  const form = useRef<HTMLFormElement>(null);
  function submit(event: SubmitEvent<HTMLFormElement>) {
    if (!isWrong) return;
    event.preventDefault();
    focusFirstInvalid(form.current);
  }
  return (
    <form ref={form} className="stack-tight buy-form" method="get" action={action} onSubmit={submit} noValidate>
      {children}
      <button type="submit" className="button button-primary button-wide">
        Continue<span className="unseen"> to buy {name}</span>
      </button>
    </form>
  );
}
