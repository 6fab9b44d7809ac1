/** The customer's cards: which one is charged, and how to change that. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { PaymentMethod } from '../api/portal.ts';
import { Button } from '../parts/button.tsx';
import { usePortal } from './context.ts';
import { Section } from './section.tsx';

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
  const queries = useQueryClient();
  const name = nameOf(method);
  const refresh = () => queries.invalidateQueries({ queryKey: ['portal'] });
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
        {isDefault && <span className="badge badge-good">Default</span>}
      </div>
      {method.method_metadata !== undefined && (
        <p className="soft small">
          Expires {String(method.method_metadata.exp_month).padStart(2, '0')} / {method.method_metadata.exp_year}
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

function nameOf({ type, method_metadata: card }: PaymentMethod): string {
  if (card === undefined) return `${type.slice(0, 1).toUpperCase()}${type.slice(1).replaceAll('_', ' ')}`;
  return `${card.brand.slice(0, 1).toUpperCase()}${card.brand.slice(1)} •••• ${card.last4}`;
}
