/** Another plan: chosen among what the shop offers, with what it comes to before anything is agreed. */
import { useState } from 'react';
import type { Product } from '../api/catalog.ts';
import type { Subscription } from '../api/portal-subscriptions.ts';
import { Dialog } from '../parts/dialog.tsx';
import { ChangeReview } from './change-review.tsx';
import { priceIn, termsOf } from './plans.ts';

interface ChangePlanDialogProps {
  readonly subscription: Subscription;
  readonly plans: readonly Product[];
  readonly onClose: () => void;
}

export function ChangePlanDialog({ subscription, plans, onClose }: ChangePlanDialogProps) {
  const [chosen, setChosen] = useState<Product | null>(null);
  const { currency, seats = null, product: present } = subscription;
  const terms = (product: Product) => {
    const price = priceIn(product, currency);
    return price === undefined ? '' : termsOf(product, price, seats);
  };
  return (
    <Dialog title="Change your plan" onClose={onClose}>
      <p className="soft">You have {present.name} now.</p>
      <fieldset className="choices">
        <legend className="legend">Change to</legend>
        {plans.map((plan) => (
          <label key={plan.id} className="choice">
            <input type="radio" name="plan" checked={plan.id === chosen?.id} onChange={() => setChosen(plan)} />
            <span>{plan.name}</span>
            <span className="soft small">{terms(plan)}</span>
          </label>
        ))}
      </fieldset>
      <ChangeReview
        subscription={subscription}
        wish={chosen === null ? undefined : { product_id: chosen.id }}
        what={chosen?.name ?? ''}
        terms={chosen === null ? '' : terms(chosen)}
        onClose={onClose}
      />
    </Dialog>
  );
}
