/** How many seats: typed, or one more and one less at a press. */
import { type ReactNode, useId, useState } from 'react';
import { formatSeats, type Limits, type Unit } from '../format/seats.ts';

interface SeatsStepperProps {
  readonly seats: number;
  readonly limits: Limits;
  readonly unit: Unit;
  /** For a form that is sent by the browser. */
  readonly name?: string;
  readonly hint?: ReactNode;
  readonly error?: string;
  /** Undefined while it is no number that can be bought. */
  readonly onChange: (seats: number | undefined) => void;
}

export function SeatsStepper({ seats, limits, unit, name, hint, error, onChange }: SeatsStepperProps) {
  const id = useId();
  const [text, setText] = useState(String(seats));
  const present = seatsIn(text, limits);
  const wrong = present === undefined ? wrongWith(limits, unit) : error;
  const { least, most } = limits;

  function change(next: string) {
    setText(next);
    onChange(seatsIn(next, limits));
  }
  const step = (by: number) => {
    const from = /^\d+$/.test(text) ? Number(text) : seats;
    change(String(Math.min(most, Math.max(least, from + by))));
  };

  return (
    <div className="field">
      <label htmlFor={id}>{capitalized(unit.many)}</label>
      <div className="stepper">
        <button
          type="button"
          className="button"
          aria-label={`One ${unit.one} less`}
          disabled={present === least}
          onClick={() => step(-1)}
        >
          −
        </button>
        <input
          id={id}
          name={name}
          inputMode="numeric"
          pattern="[0-9]*"
          autoComplete="off"
          required
          maxLength={4}
          aria-invalid={wrong !== undefined}
          aria-describedby={`${id}-more`}
          value={text}
          onFocus={(event) => event.target.select()}
          onChange={(event) => change(event.target.value)}
        />
        <button
          type="button"
          className="button"
          aria-label={`One ${unit.one} more`}
          disabled={present === most}
          onClick={() => step(1)}
        >
          +
        </button>
      </div>
      <div id={`${id}-more`} aria-live="polite">
        {wrong !== undefined && <span className="field-error">{wrong}</span>}
        {wrong === undefined && hint !== undefined && <span className="soft small">{hint}</span>}
      </div>
    </div>
  );
}

function seatsIn(text: string, { least, most }: Limits): number | undefined {
  const seats = /^\d{1,4}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return seats >= least && seats <= most ? seats : undefined;
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const wrongWith = ({ least, most }: Limits, unit: Unit): string =>
  least === most ? `It is ${formatSeats(least, unit)}.` : `Enter a number from ${least} to ${most}.`;
