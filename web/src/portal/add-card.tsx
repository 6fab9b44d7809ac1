/** A new card for the customer: checked with its bank, nothing charged by adding it. */
import { useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useRef, useState } from 'react';
import type { Processor } from '../api/catalog.ts';
import { ApiFailure } from '../api/client.ts';
import type { Customer } from '../api/portal.ts';
import { authenticate } from '../checkout/card/authenticate.ts';
import { CardForm, type CardFormHandle } from '../checkout/card/card-form.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Notice } from '../parts/notice.tsx';
import { type Saying, usePortal } from './context.ts';
import { ADDED, finishCard } from './finish-card.ts';
import { bankReturnUrl } from './session.ts';

interface AddCardProps {
  readonly customer: Customer;
  readonly onClose: () => void;
}

export function AddCard({ customer, onClose }: AddCardProps) {
  const { portal, shop, slug, say } = usePortal();
  const queries = useQueryClient();
  const card = useRef<CardFormHandle>(null);
  const isInFlight = useRef(false);
  const [isBusy, setBusy] = useState(false);
  const [isDefault, setDefault] = useState(true);
  const [reason, setReason] = useState<string | null>(null);
  const processor = shop.payment_processor_metadata;

  async function submit(event: SubmitEvent<HTMLFormElement>, via: Processor) {
    event.preventDefault();
    if (isInFlight.current) return;
    isInFlight.current = true;
    setBusy(true);
    setReason(null);
    const outcome = await add(via);
    if (outcome === 'leaving') return;
    isInFlight.current = false;
    setBusy(false);
    if (outcome === 'incomplete') return;
    if ('reason' in outcome) return setReason(outcome.reason);
    await queries.invalidateQueries({ queryKey: ['portal'] });
    say(outcome);
    onClose();
  }

  async function add(via: Processor): Promise<Saying | 'leaving' | 'incomplete' | { readonly reason: string }> {
    if (card.current === null) return { reason: 'The card form has not loaded yet.' };
    const returnUrl = bankReturnUrl(slug, { isDefault, orderId: null });
    const holder = {
      email: customer.email,
      name: customer.billing_name ?? customer.name,
      address: customer.billing_address,
    };
    const token = await card.current.tokenize(holder, returnUrl);
    if (token.kind === 'incomplete') return 'incomplete';
    if (token.kind === 'failed') return token;
    try {
      const added = await portal.addPaymentMethod(token.id, isDefault, returnUrl);
      if (added.status === 'succeeded') return ADDED;
      const answer = await authenticate(via, added.client_secret);
      if (answer.kind === 'leaving') return 'leaving';
      if (answer.kind === 'failed') return answer;
      const intent = added.client_secret.slice(0, added.client_secret.indexOf('_secret'));
      return await finishCard(portal, intent, isDefault);
    } catch (failure) {
      if (failure instanceof ApiFailure) return { reason: failure.error.detail };
      throw failure;
    }
  }

  return (
    <Dialog title="Add a card" onClose={onClose}>
      {processor === undefined ? (
        <Notice tone="danger">Cards can’t be added here. Please ask {shop.organization.name}.</Notice>
      ) : (
        <form className="stack" noValidate onSubmit={(event) => void submit(event, processor)}>
          <CardForm processor={processor} purpose={{ mode: 'setup', currency: 'usd' }} ref={card} />
          <label className="choice">
            <input type="checkbox" checked={isDefault} onChange={(event) => setDefault(event.target.checked)} />
            <span>Use it for everything I’m charged from now on</span>
          </label>
          {reason !== null && (
            <Notice tone="danger" title="The card was not added">
              <p>{reason}</p>
            </Notice>
          )}
          <div className="row">
            <Button type="submit" look="primary" busy={isBusy}>
              Add card
            </Button>
            <Button onClick={onClose}>Not now</Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
