/** What was bought and paid, newest first, a few at a time. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Order } from '../api/portal.ts';
import { Button } from '../parts/button.tsx';
import { usePortal } from './context.ts';
import { OrderItem } from './order-item.tsx';
import { Section } from './section.tsx';

const isUnderWay = ({ payment_under_way: underWay }: Order): boolean => underWay != null;

export function Orders() {
  const { portal } = usePortal();
  const [page, setPage] = useState(1);
  const query = useQuery({
    queryKey: ['portal', 'orders', page],
    queryFn: () => portal.orders(page),
    placeholderData: keepPreviousData,
    // The bank answers in another tab, or nobody does in time.
    refetchInterval: ({ state }) => (state.data?.items.some(isUnderWay) ? 10_000 : false),
  });
  return (
    <Section title="Orders" query={query}>
      {({ items, pages }) => (
        <>
          {items.length === 0 && <p className="soft">Your orders appear here once you have been charged.</p>}
          {items.length > 0 && (
            <ul className="items">
              {items.map((order) => (
                <li key={order.id}>
                  <OrderItem order={order} />
                </li>
              ))}
            </ul>
          )}
          {pages > 1 && (
            <nav className="row" aria-label="Pages of orders">
              {page > 1 && (
                <Button small onClick={() => setPage(page - 1)}>
                  Newer
                </Button>
              )}
              <span className="soft small" aria-live="polite">
                Page {page} of {pages}
              </span>
              {page < pages && (
                <Button small onClick={() => setPage(page + 1)}>
                  Older
                </Button>
              )}
            </nav>
          )}
        </>
      )}
    </Section>
  );
}
