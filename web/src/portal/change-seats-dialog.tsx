/** More seats, or fewer, with what that comes to before anything is agreed. */
import { useEffect, useState } from 'react';
import type { Price } from '../api/catalog.ts';
import type { Subscription } from '../api/portal-subscriptions.ts';
import { formatSeats, seatLimits, tierLines, unitOf } from '../format/seats.ts';
import { Dialog } from '../parts/dialog.tsx';
import { SeatsStepper } from '../parts/seats-stepper.tsx';
import { ChangeReview } from './change-review.tsx';
import { termsOf } from './plans.ts';

interface ChangeSeatsDialogProps {
  readonly subscription: Subscription;
  readonly price: Price;
  readonly onClose: () => void;
}

const PAUSE = 350;

export function ChangeSeatsDialog({ subscription, price, onClose }: ChangeSeatsDialogProps) {
  const { seats: present, product } = subscription;
  const [wished, setWished] = useState<number | undefined>(present ?? undefined);
  const seats = useSettled(wished);
  const isOther = seats !== undefined && seats === wished && seats !== present;
  const { seat_tiers: tiers } = price;
  if (tiers === undefined || present === null || present === undefined) return null;
  return (
    <Dialog title={`Change the ${unitOf(price).many} of ${product.name}`} onClose={onClose}>
      <p className="soft">You have {formatSeats(present, unitOf(price))} now.</p>
      <SeatsStepper
        seats={present}
        limits={seatLimits(tiers)}
        unit={unitOf(price)}
        hint={tierLines(tiers, price.price_currency, unitOf(price)).map((line) => (
          <span key={line} className="tier-line">
            {line}
          </span>
        ))}
        onChange={setWished}
      />
      <ChangeReview
        subscription={subscription}
        wish={isOther ? { seats } : undefined}
        what={seats === undefined ? '' : formatSeats(seats, unitOf(price))}
        terms={seats === undefined ? '' : termsOf(product, price, seats)}
        onClose={onClose}
      />
    </Dialog>
  );
}

/** The number once it has stood for a moment. */
function useSettled(value: number | undefined): number | undefined {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
