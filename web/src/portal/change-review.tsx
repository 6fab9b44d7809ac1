/** A change before it is made: what is charged now, what comes later, and the button that agrees to it. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { ApiFailure } from '../api/client.ts';
import type { ChangePreview, Subscription, Wish } from '../api/portal-subscriptions.ts';
import { formatDate } from '../format/dates.ts';
import { formatMoney } from '../format/money.ts';
import { Button } from '../parts/button.tsx';
import { Loading } from '../parts/loading.tsx';
import { Notice } from '../parts/notice.tsx';
import { Amounts } from './amounts.tsx';
import { changeWithBank, WAITING } from './approve-change.ts';
import { usePortal } from './context.ts';
import { Failure } from './failure.tsx';
import { useRefresh } from './use-refresh.ts';

interface ChangeReviewProps {
  readonly subscription: Subscription;
  /** Nothing while nothing is chosen that could be had. */
  readonly wish: Wish | undefined;
  /** What it then is: "Fern Pro", "7 seats". */
  readonly what: string;
  /** What it then costs: "$20.00 a month". */
  readonly terms: string;
  readonly onClose: () => void;
}

export function ChangeReview({ subscription, wish, what, terms, onClose }: ChangeReviewProps) {
  const { portal, say, shop } = usePortal();
  const refresh = useRefresh();
  const preview = useQuery({
    queryKey: ['change-preview', subscription.id, wish],
    queryFn: ({ signal }) =>
      wish === undefined
        ? Promise.reject(new Error('Nothing is chosen.'))
        : portal.previewChange(subscription.id, wish, signal),
    enabled: wish !== undefined,
    gcTime: 0,
    // It is counted to the second.
    refetchInterval: 30_000,
  });
  const drop = () =>
    portal.dropPendingChange(subscription.id).then(
      () => say({ tone: 'good', text: `${subscription.product.name} stays as it is.` }),
      (failure: Error) => say({ tone: 'danger', text: `It could not be taken back. ${failure.message}` }),
    );
  const change = useMutation({
    mutationFn: (agreed: Wish) => changeWithBank(portal, shop.payment_processor_metadata, subscription.id, agreed),
    onSuccess: (changed) => {
      const pending = changed === 'waiting' ? null : changed.pending_update;
      if (changed === 'waiting') say(WAITING);
      else if (pending === null) say({ tone: 'good', text: `You now have ${what}.` });
      else {
        const text = `From ${formatDate(pending.applies_at)} you have ${what}.`;
        say({ tone: 'good', text, undo: () => void drop().finally(refresh) });
      }
      onClose();
    },
    onSettled: refresh,
  });
  const { data } = preview;
  const isAgreeable = wish !== undefined && data !== undefined && data.applies_at !== null;
  return (
    <>
      <div className="stack" aria-live="polite">
        {wish !== undefined && preview.isPending && <Loading what="what it comes to" lines={3} />}
        {wish !== undefined && preview.error !== null && (
          <Failure title="That can’t be had" failure={preview.error} onRetry={() => void preview.refetch()} />
        )}
        {data !== undefined && <Coming preview={data} subscription={subscription} terms={terms} />}
      </div>
      {change.error !== null && <NotChanged failure={change.error} onClose={onClose} />}
      <div className="row">
        {isAgreeable && (
          <Button look="primary" busy={change.isPending || preview.isFetching} onClick={() => change.mutate(wish)}>
            {agreeing(data, subscription)}
          </Button>
        )}
        <Button onClick={onClose}>Leave it as it is</Button>
      </div>
    </>
  );
}

const isLater = (preview: ChangePreview, { current_period_end: end }: Subscription) => preview.applies_at === end;

function agreeing(preview: ChangePreview, subscription: Subscription): string {
  if (isLater(preview, subscription)) return `Change on ${formatDate(preview.applies_at ?? '')}`;
  if (preview.due_amount === 0) return 'Change now';
  return `Pay ${formatMoney(preview.due_amount, preview.currency)} and change`;
}

function Coming(props: { preview: ChangePreview; subscription: Subscription; terms: string }) {
  const { preview, subscription, terms } = props;
  if (preview.applies_at === null) return <p className="soft">That is what you have.</p>;
  const less = subscription.discount_id === null ? '' : ', less your discount';
  const next = formatDate(preview.current_period_end);
  if (isLater(preview, subscription)) {
    return (
      <p>
        Nothing is charged now. It changes with your renewal on {next}, and is {terms}
        {less} from then on.
      </p>
    );
  }
  switch (preview.billed) {
    case 'now':
      return (
        <>
          <Amounts amounts={preview} label="Charged now" />
          <p className="soft">
            Then {terms}
            {less}, next on {next}.
          </p>
        </>
      );
    case 'next_order':
      return (
        <>
          <p>It changes now, and nothing is charged now. This is added to your next charge on {next}:</p>
          <Amounts
            amounts={{ ...preview, due_amount: preview.total_amount }}
            label={preview.total_amount < 0 ? 'Taken off your next charge' : 'Added to your next charge'}
          />
          <p className="soft">
            Besides, it is {terms}
            {less}.
          </p>
        </>
      );
    case 'not':
      return (
        <p>
          It changes now, and nothing is charged now.{' '}
          {subscription.status === 'trialing' ? `Your trial ends on ${next}; then it is ` : `From ${next} it is `}
          {terms}
          {less}.
        </p>
      );
  }
}

function NotChanged({ failure, onClose }: { failure: Error; onClose: () => void }) {
  const { addCard } = usePortal();
  const wantsCard =
    failure instanceof ApiFailure &&
    (failure.error.kind === 'declined' ||
      (failure.error.kind === 'refused' && failure.error.code === 'PaymentMethodRequired'));
  if (!wantsCard) return <Failure title="It was not changed" failure={failure} />;
  return (
    <Notice tone="danger" title="The payment did not go through">
      <p>{failure.message}</p>
      <p>Nothing was charged, and your plan is as it was. You can try again with another card.</p>
      <Button
        small
        onClick={() => {
          onClose();
          addCard();
        }}
      >
        Add another card
      </Button>
    </Notice>
  );
}
