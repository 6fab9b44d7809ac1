/** The customer's cards: which one is charged, and how to change that. */
import { useMutation, useQuery } from '@tanstack/react-query';
import type { PaymentMethod } from '../api/portal.ts';
import { Button } from '../parts/button.tsx';
import { expiryOf, expiryState, nameOf } from './cards.ts';
import { usePortal } from './context.ts';
import { Section } from './section.tsx';
import { useRefresh } from './use-refresh.ts';

export function PaymentMethods({ defaultId }: { defaultId: string | null }) {
  const { portal, shop, addCard } = usePortal();
  const query = useQuery({ queryKey: ['portal', 'payment-methods'], queryFn: () => portal.paymentMethods() });
  const add =
    shop.payment_processor_metadata === undefined ? null : (
      <Button small onClick={addCard}>
        Add card
      </Button>
    );
  return (
    <Section title="Payment methods" query={query} action={add}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="soft">No card is kept for you.</p>
        ) : (
          <ul className="items">
            {items.map((method) => (
              <li key={method.id}>
                <Item method={method} isDefault={method.id === defaultId} />
              </li>
            ))}
          </ul>
        )
      }
    </Section>
  );
}

function Item({ method, isDefault }: { method: PaymentMethod; isDefault: boolean }) {
  const { portal, say } = usePortal();
  const name = nameOf(method);
  const expiry = expiryState(method);
  const expiresOn = expiryOf(method);
  const refresh = useRefresh();
  const makeDefault = useMutation({
    mutationFn: () => portal.changeCustomer({ default_payment_method_id: method.id }),
    onSuccess: () => say({ tone: 'good', text: `${name} is charged from now on.` }),
    onError: (failure) => say({ tone: 'danger', text: `The card could not be changed. ${failure.message}` }),
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: () => portal.removePaymentMethod(method.id),
    onSuccess: () => say({ tone: 'good', text: `${name} was removed.` }),
    onError: (failure) => say({ tone: 'danger', text: `${name} could not be removed. ${failure.message}` }),
    onSettled: refresh,
  });
  return (
    <div className="stack-tight">
      <div className="row apart">
        <span>{name}</span>
        <span className="row">
          {expiry === 'expired' && <span className="badge badge-danger">Expired</span>}
          {expiry === 'soon' && <span className="badge badge-warning">Expires soon</span>}
          {isDefault && <span className="badge badge-good">Default</span>}
        </span>
      </div>
      {expiresOn !== undefined && (
        <p className="soft small">
          {expiry === 'expired' ? 'Expired' : 'Expires'} {expiresOn}
        </p>
      )}
      <div className="row">
        {!isDefault && (
          <Button small busy={makeDefault.isPending} onClick={() => makeDefault.mutate()}>
            Make default<span className="unseen">: {name}</span>
          </Button>
        )}
        <Button small busy={remove.isPending} onClick={() => remove.mutate()}>
          Remove<span className="unseen"> {name}</span>
        </Button>
      </div>
    </div>
  );
}
