/** The customer's subscriptions: those that live first, those that have ended folded away. */
import { useQuery } from '@tanstack/react-query';
import type { Subscription } from '../api/portal-subscriptions.ts';
import { usePortal } from './context.ts';
import { Section } from './section.tsx';
import { SubscriptionItem } from './subscription-item.tsx';
import { hasEnded } from './subscription-words.ts';

export function Subscriptions() {
  const { portal, slug } = usePortal();
  const query = useQuery({
    queryKey: ['portal', 'subscriptions'],
    queryFn: () => portal.subscriptions(),
    // The bank answers in another tab, or nobody does in time.
    refetchInterval: ({ state }) => (state.data?.some(isAtBank) ? 10_000 : false),
  });
  return (
    <Section title="Subscriptions" query={query}>
      {(items) => {
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

const isAtBank = ({ change_at_bank: waiting }: Subscription): boolean => waiting != null;

function List({ items }: { items: readonly Subscription[] }) {
  return (
    <ul className="items">
      {items.map((item) => (
        <li key={item.id}>
          <SubscriptionItem subscription={item} />
        </li>
      ))}
    </ul>
  );
}
