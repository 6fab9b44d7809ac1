/** Cancelling: what it means, why (if the customer cares to say), and a way back afterwards. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { CANCELLATION_REASONS, type CancellationReason, type Subscription } from '../api/portal-subscriptions.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Notice } from '../parts/notice.tsx';
import { Amounts } from './amounts.tsx';
import { usePortal } from './context.ts';
import { endOf } from './subscription-words.ts';

const WORDS: Record<CancellationReason, string> = {
  too_expensive: 'It costs too much',
  missing_features: 'Something I need is missing',
  switched_service: 'I use something else now',
  unused: 'I don’t use it enough',
  customer_service: 'I was not helped well',
  low_quality: 'It doesn’t work well enough',
  too_complex: 'It is too complicated',
  other: 'Another reason',
};

interface CancelDialogProps {
  readonly subscription: Subscription;
  readonly onClose: () => void;
  readonly onUndo: () => void;
}

export function CancelDialog({ subscription, onClose, onUndo }: CancelDialogProps) {
  const { portal, say } = usePortal();
  const queries = useQueryClient();
  const [reason, setReason] = useState<CancellationReason | null>(null);
  const [comment, setComment] = useState('');
  const commentId = useId();
  const { name } = subscription.product;
  // What rests has no period to run out.
  const endsNow = subscription.status === 'paused';
  const cancel = useMutation({
    mutationFn: () => portal.cancel(subscription.id, reason, comment.trim() || null),
    onSuccess: (canceled) => {
      if (endsNow) say({ tone: 'good', text: `${name} has ended.` });
      else say({ tone: 'good', text: `${name} is canceled. It stays yours until ${endOf(canceled)}.`, undo: onUndo });
      onClose();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['portal'] }),
  });

  return (
    <Dialog title={`Cancel ${name}?`} onClose={onClose}>
      <p>
        {endsNow
          ? 'It rests now, so it ends at once, and can’t be resumed. You won’t be charged again.'
          : `It stays yours until ${endOf(subscription)}, and does not renew.`}
      </p>
      <Losing subscription={subscription} />
      <fieldset className="choices">
        <legend className="legend">
          Why are you leaving? <span className="soft">(optional)</span>
        </legend>
        {CANCELLATION_REASONS.map((value) => (
          <label key={value} className="choice choice-slim">
            <input type="radio" name="reason" checked={reason === value} onChange={() => setReason(value)} />
            <span>{WORDS[value]}</span>
          </label>
        ))}
      </fieldset>
      <div className="field">
        <label htmlFor={commentId}>
          Anything to add? <span className="soft">(optional)</span>
        </label>
        <textarea
          id={commentId}
          rows={2}
          maxLength={1000}
          value={comment}
          onChange={(event) => setComment(event.target.value)}
        />
      </div>
      {cancel.error !== null && (
        <Notice tone="danger" title="It could not be canceled">
          <p>{cancel.error.message}</p>
        </Notice>
      )}
      <div className="row">
        <Button look="danger" busy={cancel.isPending} onClick={() => cancel.mutate()}>
          {endsNow ? 'End it now' : 'Cancel at period end'}
        </Button>
        <Button onClick={onClose}>Keep it</Button>
      </div>
    </Dialog>
  );
}

/** What the end costs and takes. Not knowing it keeps nobody from leaving. */
function Losing({ subscription }: { subscription: Subscription }) {
  const { portal } = usePortal();
  const { data } = useQuery({
    queryKey: ['cancel-preview', subscription.id],
    queryFn: () => portal.previewCancel(subscription.id),
    gcTime: 0,
  });
  if (data === undefined) return null;
  return (
    <>
      {data.is_charged && data.due_amount > 0 && <Amounts amounts={data} label="A last charge at its end" />}
      {data.benefits.length > 0 && (
        <div className="stack-tight">
          <p className="legend">You lose</p>
          <ul className="soft">
            {data.benefits.map((benefit) => (
              <li key={benefit.id}>{benefit.description}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
