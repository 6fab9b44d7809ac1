/** How much is bought, where the price leaves that to the buyer: an amount of their own, or seats. */
import { useEffect, useRef } from 'react';
import type { Checkout } from '../api/checkouts.ts';
import { seatLimits, tierLines, unitOf } from '../format/seats.ts';
import { AmountField } from '../parts/amount-field.tsx';
import { SeatsStepper } from '../parts/seats-stepper.tsx';

/** What the buyer has entered: `wrong` can't be bought, and is told to nobody. */
export type Wish = { readonly amount: number } | { readonly seats: number } | 'wrong';

interface QuantityProps {
  readonly checkout: Checkout;
  readonly error?: string;
  /** At each stroke. */
  readonly onWish: (wish: Wish) => void;
  /** Once the buyer has paused. */
  readonly onSettled: (wish: Exclude<Wish, 'wrong'>) => void;
}

const PAUSE = 350;

export function Quantity({ checkout, error, onWish, onSettled }: QuantityProps) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const price = checkout.product_price;
  if (price === null) return null;

  function wish(wanted: Wish) {
    clearTimeout(timer.current);
    onWish(wanted);
    if (wanted !== 'wrong') timer.current = setTimeout(() => onSettled(wanted), PAUSE);
  }
  if (price.minimum_amount !== undefined) {
    return (
      <AmountField
        key={price.id}
        price={price}
        amount={checkout.amount}
        error={error}
        onChange={(amount) => wish(amount === undefined ? 'wrong' : { amount })}
      />
    );
  }
  if (price.seat_tiers === undefined) return null;
  const lines = tierLines(price.seat_tiers, price.price_currency, unitOf(price));
  const limits = seatLimits(price.seat_tiers, checkout.min_seats, checkout.max_seats);
  return (
    <SeatsStepper
      key={price.id}
      seats={checkout.seats ?? limits.least}
      limits={limits}
      unit={unitOf(price)}
      error={error}
      hint={
        lines.length === 0
          ? undefined
          : lines.map((line) => (
              <span key={line} className="tier-line">
                {line}
              </span>
            ))
      }
      onChange={(seats) => wish(seats === undefined ? 'wrong' : { seats })}
    />
  );
}

/** Whether the checkout is not yet what the buyer wants. */
export function isUnheard(wish: Wish | null, checkout: Checkout): boolean {
  if (wish === null || wish === 'wrong') return false;
  return 'amount' in wish ? wish.amount !== checkout.amount : wish.seats !== checkout.seats;
}
