/** A pause from the end of the period on: until a day, or until the customer resumes. */
import { useMutation } from '@tanstack/react-query';
import { type SubmitEvent, useRef, useState } from 'react';
import type { Subscription } from '../api/portal-subscriptions.ts';
import { formatDate } from '../format/dates.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { focusFirstInvalid, InputField } from '../parts/field.tsx';
import { usePortal } from './context.ts';
import { Failure } from './failure.tsx';
import { useRefresh } from './use-refresh.ts';

interface PauseDialogProps {
  readonly subscription: Subscription;
  readonly onClose: () => void;
  readonly onUndo: () => void;
}

const DAY = 24 * 60 * 60_000;

export function PauseDialog({ subscription, onClose, onUndo }: PauseDialogProps) {
  const { portal, say } = usePortal();
  const refresh = useRefresh();
  const form = useRef<HTMLFormElement>(null);
  const { name } = subscription.product;
  const end = new Date(subscription.current_period_end);
  const [hasDate, setHasDate] = useState(subscription.resumes_at !== null);
  const [day, setDay] = useState(() => dayOf(new Date(subscription.resumes_at ?? end.getTime() + 30 * DAY)));
  const [error, setError] = useState<string>();
  const first = dayOf(new Date(end.getTime() + DAY));
  const pause = useMutation({
    mutationFn: (resumesAt: string | null) => portal.pause(subscription.id, resumesAt),
    onSuccess: () => {
      say({ tone: 'good', text: `${name} pauses on ${formatDate(subscription.current_period_end)}.`, undo: onUndo });
      onClose();
    },
    onSettled: refresh,
  });
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (pause.isPending) return;
    if (!hasDate) return pause.mutate(null);
    const wrong = day === '' || day < first;
    setError(wrong ? `Choose a day after ${formatDate(subscription.current_period_end)}.` : undefined);
    if (wrong) return focusFirstInvalid(form.current);
    // The time of day is kept, so that it is the same day wherever it is read.
    pause.mutate(new Date(`${day}T${end.toTimeString().slice(0, 8)}`).toISOString());
  }
  return (
    <Dialog title={`Pause ${name}?`} onClose={onClose}>
      <p>
        It stays yours until {formatDate(subscription.current_period_end)}. Then what comes with it rests, and nothing
        is charged until it resumes.
      </p>
      <form ref={form} className="stack" noValidate onSubmit={submit}>
        <fieldset className="choices">
          <legend className="legend">For how long?</legend>
          <label className="choice choice-slim">
            <input type="radio" name="until" checked={!hasDate} onChange={() => setHasDate(false)} />
            <span>Until I resume it</span>
          </label>
          <label className="choice choice-slim">
            <input type="radio" name="until" checked={hasDate} onChange={() => setHasDate(true)} />
            <span>Until a day that I choose</span>
          </label>
        </fieldset>
        {hasDate && (
          <InputField
            label="Resumes on"
            type="date"
            required
            min={first}
            value={day}
            error={error}
            hint="A new period begins on that day, and is charged."
            onChange={(event) => {
              setDay(event.target.value);
              setError(undefined);
            }}
          />
        )}
        {pause.error !== null && <Failure title="It could not be paused" failure={pause.error} />}
        <div className="row">
          <Button type="submit" look="primary" busy={pause.isPending}>
            Pause at period end
          </Button>
          <Button onClick={onClose}>Leave it running</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** In the reader's own time zone, as `<input type="date">` has it. */
function dayOf(instant: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${instant.getFullYear()}-${two(instant.getMonth() + 1)}-${two(instant.getDate())}`;
}
