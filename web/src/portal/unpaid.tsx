/** A subscription whose charge failed: how much is due, when it is tried again, and the way to pay it now. */
import { useQuery } from '@tanstack/react-query';
import type { Subscription } from '../api/portal-subscriptions.ts';
import { formatDate } from '../format/dates.ts';
import { formatMoney } from '../format/money.ts';
import { Button } from '../parts/button.tsx';
import { Notice } from '../parts/notice.tsx';
import { usePortal } from './context.ts';

export function Unpaid({ subscription }: { subscription: Subscription }) {
  const { portal, pay, addCard } = usePortal();
  const orders = useQuery({
    queryKey: ['portal', 'orders', 'of', subscription.id],
    queryFn: () => portal.ordersOf(subscription.id),
  });
  const order = orders.data?.items.find(({ status }) => status === 'pending');
  const status = useQuery({
    queryKey: ['portal', 'orders', 'payment-status', order?.id],
    queryFn: () => portal.paymentStatus(order?.id ?? ''),
    enabled: order !== undefined,
  });
  const { name } = subscription.product;
  if (order === undefined) {
    return (
      <Notice tone="warning" title="The last payment failed">
        <p>Add a card that works to keep {name}. We charge it at once.</p>
        <Button look="primary" small onClick={addCard}>
          Update card
        </Button>
      </Notice>
    );
  }
  const amount = formatMoney(order.due_amount, order.currency);
  const isUnderWay = order.payment_under_way != null;
  return (
    <Notice tone="warning" title="The last payment failed">
      {status.data?.error != null && <p>{status.data.error}</p>}
      <p>
        {amount} is due for {name}.{isUnderWay && ' It is being tried again just now.'}
        {!isUnderWay &&
          order.next_payment_attempt_at != null &&
          ` We try again by ourselves on ${formatDate(order.next_payment_attempt_at)}.`}
      </p>
      <div className="row">
        {!isUnderWay && (
          <Button look="primary" small onClick={() => pay(order.id)}>
            Pay {amount} now
          </Button>
        )}
        <Button small onClick={addCard}>
          Update card
        </Button>
      </div>
    </Notice>
  );
}
