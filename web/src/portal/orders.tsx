/** What was bought and paid, newest first, a few at a time. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Order } from '../api/portal.ts';
import { formatDate } from '../format/dates.ts';
import { formatMoney } from '../format/money.ts';
import { Button } from '../parts/button.tsx';
import { usePortal } from './context.ts';
import { OrderDocuments } from './order-documents.tsx';
import { Section } from './section.tsx';
import type { Badge } from './subscription-words.ts';

export function Orders() {
  const { portal } = usePortal();
  const [page, setPage] = useState(1);
  const query = useQuery({
    queryKey: ['portal', 'orders', page],
    queryFn: () => portal.orders(page),
    placeholderData: keepPreviousData,
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
                  <Item order={order} />
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

const BADGES: Record<Order['status'], Badge> = {
  draft: { word: 'Draft', tone: 'plain' },
  pending: { word: 'Not paid yet', tone: 'warning' },
  paid: { word: 'Paid', tone: 'good' },
  refunded: { word: 'Refunded', tone: 'plain' },
  partially_refunded: { word: 'Partly refunded', tone: 'plain' },
  void: { word: 'Void', tone: 'plain' },
};

function Item({ order }: { order: Order }) {
  const { pay } = usePortal();
  const { word, tone } = BADGES[order.status];
  const isOwed = order.status === 'pending' && order.subscription?.status === 'canceled';
  const due = formatMoney(order.due_amount, order.currency);
  return (
    <div className="row apart">
      <div className="stack-tight">
        <p>{order.description}</p>
        <p className="soft small">
          {formatDate(order.created_at)}
          {order.invoice_number !== null && ` · ${order.invoice_number}`}
          {order.refunded_amount > 0 && ` · ${formatMoney(order.refunded_amount, order.currency)} refunded`}
        </p>
        {order.next_payment_attempt_at != null && (
          <p className="soft small">We try again by ourselves on {formatDate(order.next_payment_attempt_at)}.</p>
        )}
        {isOwed && <p className="soft small">{due} is still open, though the subscription has ended.</p>}
        {(isOwed || order.next_payment_attempt_at != null) && (
          <div>
            <Button small onClick={() => pay(order.id)}>
              Pay now<span className="unseen">: {order.description}</span>
            </Button>
          </div>
        )}
        {order.paid && <OrderDocuments order={order} />}
      </div>
      <div className="row">
        <span>{formatMoney(order.total_amount, order.currency)}</span>
        <span className={`badge badge-${tone}`}>{word}</span>
      </div>
    </div>
  );
}
