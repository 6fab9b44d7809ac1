/** A change that waits for the customer's bank: what it is, what it costs, until when, and the two ways on from there. */
import { useMutation } from '@tanstack/react-query';
import type { ChangeAtBank, Subscription } from '../api/portal-subscriptions.ts';
import { formatMoment } from '../format/dates.ts';
import { formatMoney } from '../format/money.ts';
import { Button } from '../parts/button.tsx';
import { Notice } from '../parts/notice.tsx';
import { CHANGED } from './approve-change.ts';
import { usePortal } from './context.ts';
import { wordsOfChange } from './subscription-words.ts';
import { useContinueAtBank } from './use-continue-at-bank.ts';
import { useRefresh } from './use-refresh.ts';

interface WaitingChangeProps {
  readonly subscription: Subscription;
  readonly change: ChangeAtBank;
}

export function WaitingChange({ subscription, change }: WaitingChangeProps) {
  const { portal, say, shop } = usePortal();
  const refresh = useRefresh();
  const goOn = useContinueAtBank(subscription.id, change.payment_intent_id);
  const callOff = useMutation({
    mutationFn: () => portal.dropPendingChange(subscription.id),
    // The bank may have been faster.
    onSuccess: (now) =>
      say(isMade(now, change) ? CHANGED : { tone: 'good', text: `${subscription.product.name} stays as it is.` }),
    onError: ({ message }) => say({ tone: 'danger', text: `It could not be called off. ${message}` }),
    onSettled: refresh,
  });
  const what = wordsOfChange(change, (id) => shop.products.find((product) => product.id === id)?.name);
  const isBusy = goOn.isPending || callOff.isPending;
  return (
    <Notice tone="warning" title="Your bank wants to approve your change">
      <p>
        {what} for {formatMoney(change.due_amount, subscription.currency)}. Nothing is charged and nothing changes
        before that; we wait until {formatMoment(change.approve_by)}.
      </p>
      <div className="row">
        <Button look="primary" small busy={goOn.isPending} onClick={() => isBusy || goOn.mutate()}>
          Continue at your bank<span className="unseen">: the change to {what}</span>
        </Button>
        <Button small busy={callOff.isPending} onClick={() => isBusy || callOff.mutate()}>
          Call off<span className="unseen">: the change to {what}</span>
        </Button>
      </div>
    </Notice>
  );
}

function isMade(now: Subscription, { product_id: product, seats }: ChangeAtBank): boolean {
  return (product === null || now.product.id === product) && (seats === null || now.seats === seats);
}
