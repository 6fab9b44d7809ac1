/** The customer's subscriptions: those that live first, what each costs next, and the ways to end or keep it. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Subscription } from '../api/portal.ts';
import { formatMoney } from '../format/money.ts';
import { formatEvery } from '../format/terms.ts';
import { Button } from '../parts/button.tsx';
import { Notice } from '../parts/notice.tsx';
import { CancelDialog } from './cancel-dialog.tsx';
import { usePortal } from './context.ts';
import { Section } from './section.tsx';
import { badgeOf, hasEnded, isCancelable, nextOf } from './subscription-words.ts';

export function Subscriptions() {
  const { portal, slug } = usePortal();
  const query = useQuery({ queryKey: ['portal', 'subscriptions'], queryFn: () => portal.subscriptions() });
  return (
    <Section title="Subscriptions" query={query}>
      {({ items }) => {
        const ended = items.filter(hasEnded);
        const living = items.filter((item) => !hasEnded(item));
        return (
          <>
            {living.length === 0 && (
              <p className="soft">
                You have no running subscription. <a href={`/shop/${slug}`}>See what there is</a>
              </p>
            )}
            {living.length > 0 && <List items={living} />}
            {ended.length > 0 && (
              <details>
                <summary>Ended ({ended.length})</summary>
                <List items={ended} />
              </details>
            )}
          </>
        );
      }}
    </Section>
  );
}

function List({ items }: { items: readonly Subscription[] }) {
  return (
    <ul className="items">
      {items.map((item) => (
        <li key={item.id}>
          <Item subscription={item} />
        </li>
      ))}
    </ul>
  );
}

function Item({ subscription }: { subscription: Subscription }) {
  const { portal, say, addCard } = usePortal();
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const { product, amount, currency } = subscription;
  const badge = badgeOf(subscription);
  const keep = useMutation({
    mutationFn: () => portal.uncancel(subscription.id),
    onSuccess: () => say({ tone: 'good', text: `${product.name} goes on.` }),
    onError: (failure) => say({ tone: 'danger', text: `${product.name} could not be kept. ${failure.message}` }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['portal'] }),
  });

  return (
    <article className="stack-tight" aria-label={product.name}>
      <div className="row apart">
        <h3>{product.name}</h3>
        <span className={`badge badge-${badge.tone}`}>{badge.word}</span>
      </div>
      <p>
        {amount === 0 ? 'Free' : formatMoney(amount, currency)}{' '}
        {amount > 0 && (
          <span className="soft">
            {formatEvery(subscription.recurring_interval, subscription.recurring_interval_count)}
          </span>
        )}
      </p>
      <p className="soft">{nextOf(subscription)}</p>
      {subscription.status === 'past_due' && (
        <Notice tone="warning" title="The last payment failed">
          <p>Add a card that works to keep {product.name}. We charge it at once.</p>
          <Button look="primary" small onClick={addCard}>
            Update card
          </Button>
        </Notice>
      )}
      {!hasEnded(subscription) && (
        <div className="row">
          {subscription.cancel_at_period_end && (
            <Button look="primary" small busy={keep.isPending} onClick={() => keep.mutate()}>
              Keep subscription
            </Button>
          )}
          {isCancelable(subscription) && (
            <Button small onClick={() => setAsking(true)}>
              Cancel subscription
            </Button>
          )}
        </div>
      )}
      {isAsking && (
        <CancelDialog subscription={subscription} onClose={() => setAsking(false)} onUndo={() => keep.mutate()} />
      )}
    </article>
  );
}
