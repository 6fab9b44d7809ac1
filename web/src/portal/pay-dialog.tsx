/** An unpaid order, tried again: with a saved card or a new one, and what came of it. */
import { useQuery } from '@tanstack/react-query';
import { useId, useRef, useState } from 'react';
import type { Customer, Order, PaymentMethod } from '../api/portal.ts';
import { CardForm, type CardFormHandle } from '../checkout/card/card-form.tsx';
import { formatDate } from '../format/dates.ts';
import { formatMoney } from '../format/money.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Loading } from '../parts/loading.tsx';
import { Notice } from '../parts/notice.tsx';
import { expiryOf, expiryState, nameOf } from './cards.ts';
import { usePortal } from './context.ts';
import { Failure } from './failure.tsx';
import { type Problem, usePayOrder } from './use-pay-order.ts';

interface PayDialogProps {
  readonly orderId: string;
  readonly customer: Customer;
  readonly onClose: () => void;
}

export function PayDialog({ orderId, customer, onClose }: PayDialogProps) {
  const { portal } = usePortal();
  const order = useQuery({ queryKey: ['portal', 'orders', 'one', orderId], queryFn: () => portal.order(orderId) });
  const cards = useQuery({ queryKey: ['portal', 'payment-methods'], queryFn: () => portal.paymentMethods() });
  const failure = order.error ?? cards.error;
  function retry() {
    void order.refetch();
    void cards.refetch();
  }
  return (
    <Dialog title="Pay what is due" onClose={onClose}>
      {order.data !== undefined && cards.data !== undefined ? (
        <Form order={order.data} cards={cards.data.items} customer={customer} onClose={onClose} />
      ) : failure === null ? (
        <Loading what="what is due" lines={4} />
      ) : (
        <Failure title="This could not be loaded" failure={failure} onRetry={retry} />
      )}
    </Dialog>
  );
}

const NEW = 'new';

interface FormProps extends Omit<PayDialogProps, 'orderId'> {
  readonly order: Order;
  readonly cards: readonly PaymentMethod[];
}

function Form({ order, cards, customer, onClose }: FormProps) {
  const { shop } = usePortal();
  const name = useId();
  const card = useRef<CardFormHandle>(null);
  const [chosen, setChosen] = useState(() => preferred(cards, customer.default_payment_method_id ?? null));
  const [isKept, setKept] = useState(true);
  const processor = shop.payment_processor_metadata;
  const { isBusy, problem, pay } = usePayOrder({ order, customer, card, onPaid: onClose });
  const { due_amount: due, asked_amount: asked = due } = order;
  const money = (value: number) => formatMoney(value, order.currency);
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void pay(chosen === NEW ? { newCard: true, isKept } : { newCard: false, id: chosen });
      }}
    >
      <p>
        {order.description}: <strong data-testid="due">{money(due)}</strong>
        {asked > due && <span className="soft"> · with {money(asked - due)} that you owe from before</span>}
        {asked < due && <span className="soft"> · {money(due - asked)} of it by your balance</span>}
        {order.next_payment_attempt_at != null && (
          <span className="soft"> · we try again by ourselves on {formatDate(order.next_payment_attempt_at)}</span>
        )}
      </p>
      <fieldset className="choices">
        <legend className="legend">Pay with</legend>
        {cards.map((method) => (
          <label key={method.id} className="choice choice-slim">
            <input type="radio" name={name} checked={chosen === method.id} onChange={() => setChosen(method.id)} />
            <span>{nameOf(method)}</span>
            {expiryState(method) === 'expired' ? (
              <span className="badge badge-danger">Expired</span>
            ) : (
              <span className="soft small">{expiryOf(method)}</span>
            )}
          </label>
        ))}
        {processor !== undefined && (
          <label className="choice choice-slim">
            <input type="radio" name={name} checked={chosen === NEW} onChange={() => setChosen(NEW)} />
            <span>A new card</span>
          </label>
        )}
      </fieldset>
      {chosen === NEW && processor !== undefined && (
        <>
          <CardForm processor={processor} purpose={{ mode: 'setup', currency: order.currency }} ref={card} />
          <label className="choice">
            <input type="checkbox" checked={isKept} onChange={(event) => setKept(event.target.checked)} />
            <span>Use it for everything I’m charged from now on</span>
          </label>
        </>
      )}
      {problem !== null && <Trouble problem={problem} />}
      <div className="row">
        <Button type="submit" look="primary" busy={isBusy}>
          {isBusy ? 'Asking your bank …' : asked === 0 ? 'Pay with your balance' : `Pay ${money(asked)}`}
        </Button>
        <Button onClick={onClose}>Not now</Button>
      </div>
    </form>
  );
}

function Trouble({ problem }: { problem: Problem }) {
  switch (problem.kind) {
    case 'declined':
      return (
        <Notice tone="danger" title="The payment did not go through">
          <p>{problem.reason}</p>
          <p>Nothing was taken. You can try another card.</p>
        </Notice>
      );
    case 'limit':
      return (
        <Notice tone="warning" title="That was the last try by hand">
          <p>{problem.reason}</p>
        </Notice>
      );
    case 'unknown':
      return (
        <Notice tone="warning" title="Still under way">
          <p>Your bank has not answered yet. Please look again in a minute before you try once more.</p>
        </Notice>
      );
    case 'refused':
      return <Failure title="It can’t be paid just now" failure={problem.failure} />;
  }
}

/** The newest card but the default one, which has failed by itself; else that one; else a new one. */
function preferred(cards: readonly PaymentMethod[], defaultId: string | null): string {
  const good = cards.filter((method) => expiryState(method) !== 'expired');
  return (good.find(({ id }) => id !== defaultId) ?? good[0])?.id ?? NEW;
}
