/** One order: what it was for and came to, and where it is not paid, what is the case and what can be done. */
import type { Order } from '../api/portal.ts';
import { formatDate, formatMoment } from '../format/dates.ts';
import { formatMoney } from '../format/money.ts';
import { Button } from '../parts/button.tsx';
import { usePortal } from './context.ts';
import { OrderDocuments } from './order-documents.tsx';
import type { Badge } from './subscription-words.ts';
import { useContinueAtBank } from './use-continue-at-bank.ts';

const BADGES: Record<Order['status'], Badge> = {
  draft: { word: 'Draft', tone: 'plain' },
  pending: { word: 'Not paid yet', tone: 'warning' },
  paid: { word: 'Paid', tone: 'good' },
  refunded: { word: 'Refunded', tone: 'plain' },
  partially_refunded: { word: 'Partly refunded', tone: 'plain' },
  void: { word: 'Void', tone: 'plain' },
};

function badgeOf({ status, payment_under_way: underWay }: Order): Badge {
  if (underWay == null) return BADGES[status];
  if (underWay.payment_intent_id === null) return { word: 'Payment under way', tone: 'plain' };
  return { word: 'Waits for your bank', tone: 'warning' };
}

export function OrderItem({ order }: { order: Order }) {
  const { word, tone } = badgeOf(order);
  return (
    <div className="row apart">
      <div className="stack-tight">
        <p>{order.description}</p>
        <p className="soft small">
          {formatDate(order.created_at)}
          {order.invoice_number !== null && ` · ${order.invoice_number}`}
          {order.refunded_amount > 0 && ` · ${formatMoney(order.refunded_amount, order.currency)} refunded`}
        </p>
        {order.status === 'pending' && <Open order={order} />}
        {order.paid && <OrderDocuments order={order} />}
      </div>
      <div className="row">
        <span>{formatMoney(order.total_amount, order.currency)}</span>
        <span className={`badge badge-${tone}`}>{word}</span>
      </div>
    </div>
  );
}

function Open({ order }: { order: Order }) {
  const { subscription_id: subscriptionId, payment_under_way: underWay } = order;
  if (underWay == null) return <Unpaid order={order} />;
  const { payment_intent_id: paymentIntent, approve_by: approveBy } = underWay;
  if (paymentIntent === null || subscriptionId === null) {
    return (
      <p className="soft small">We are waiting for the answer to your payment. There is nothing you need to do.</p>
    );
  }
  return (
    <>
      <p className="soft small">
        Your bank wants to approve this payment. Nothing is charged before that
        {approveBy !== null && `; we wait until ${formatMoment(approveBy)}`}.
      </p>
      <AtBank order={order} subscriptionId={subscriptionId} paymentIntent={paymentIntent} />
    </>
  );
}

interface AtBankProps {
  readonly order: Order;
  readonly subscriptionId: string;
  readonly paymentIntent: string;
}

function AtBank({ order, subscriptionId, paymentIntent }: AtBankProps) {
  const goOn = useContinueAtBank(subscriptionId, paymentIntent);
  return (
    <div>
      <Button small busy={goOn.isPending} onClick={() => goOn.mutate()}>
        Continue at your bank<span className="unseen">: {order.description}</span>
      </Button>
    </div>
  );
}

/** It has failed: tried again by itself while its subscription goes on, and by its customer alone once that has ended. */
function Unpaid({ order }: { order: Order }) {
  const { pay } = usePortal();
  const isOwed = order.subscription?.status === 'canceled';
  if (!isOwed && order.next_payment_attempt_at == null) return null;
  return (
    <>
      {order.next_payment_attempt_at != null && (
        <p className="soft small">We try again by ourselves on {formatDate(order.next_payment_attempt_at)}.</p>
      )}
      {isOwed && (
        <p className="soft small">
          {formatMoney(order.due_amount, order.currency)} is still open, though the subscription has ended.
        </p>
      )}
      <div>
        <Button small onClick={() => pay(order.id)}>
          Pay now<span className="unseen">: {order.description}</span>
        </Button>
      </div>
    </>
  );
}
