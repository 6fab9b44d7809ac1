/** One subscription: what it is, what it costs next, what is set for it, and what its customer can do with it. */
import { useMutation } from '@tanstack/react-query';
import type { Subscription } from '../api/portal-subscriptions.ts';
import { formatDate } from '../format/dates.ts';
import { formatMoney } from '../format/money.ts';
import { formatSeats, unitOf } from '../format/seats.ts';
import { formatEvery } from '../format/terms.ts';
import { Button } from '../parts/button.tsx';
import { WaitingChange } from './change-at-bank.tsx';
import { usePortal } from './context.ts';
import { NextCharge } from './next-charge.tsx';
import { SubscriptionActions } from './subscription-actions.tsx';
import { badgeOf, hasEnded, isByUse, wordsOfChange } from './subscription-words.ts';
import { Unpaid } from './unpaid.tsx';
import { useRefresh } from './use-refresh.ts';

export function SubscriptionItem({ subscription }: { subscription: Subscription }) {
  const { product, amount, currency, seats } = subscription;
  const badge = badgeOf(subscription);
  const { change_at_bank: waiting } = subscription;
  return (
    <article className="stack-tight" aria-label={product.name}>
      <div className="row apart">
        <h3>{product.name}</h3>
        <span className={`badge badge-${badge.tone}`}>{badge.word}</span>
      </div>
      <p>
        {amount === 0 ? (isByUse(subscription) ? 'By use' : 'Free') : formatMoney(amount, currency)}{' '}
        <span className="soft">
          {amount > 0 && formatEvery(subscription.recurring_interval, subscription.recurring_interval_count)}
          {seats !== null && seats !== undefined && ` · ${formatSeats(seats, unitOf(subscription.prices[0]))}`}
        </span>
      </p>
      <NextCharge subscription={subscription} />
      <PendingChange subscription={subscription} />
      {waiting != null && <WaitingChange subscription={subscription} change={waiting} />}
      {['past_due', 'unpaid'].includes(subscription.status) && <Unpaid subscription={subscription} />}
      {!hasEnded(subscription) && <SubscriptionActions subscription={subscription} />}
    </article>
  );
}

/** A change that the next renewal brings, and the way to take it back. */
function PendingChange({ subscription }: { subscription: Subscription }) {
  const { portal, say, shop } = usePortal();
  const refresh = useRefresh();
  const drop = useMutation({
    mutationFn: () => portal.dropPendingChange(subscription.id),
    onSuccess: () => say({ tone: 'good', text: `${subscription.product.name} stays as it is.` }),
    onError: (failure) => say({ tone: 'danger', text: `It could not be taken back. ${failure.message}` }),
    onSettled: refresh,
  });
  const { pending_update: pending } = subscription;
  if (pending === null) return null;
  const what = wordsOfChange(pending, (id) => shop.products.find((product) => product.id === id)?.name);
  return (
    <div className="notice notice-good row apart">
      <span>
        From {formatDate(pending.applies_at)}: {what}
      </span>
      <Button small busy={drop.isPending} onClick={() => drop.mutate()}>
        Take it back<span className="unseen">: the change to {what}</span>
      </Button>
    </div>
  );
}
