/** Pays an order by hand: keeps a new card first where one was typed, then charges. One press, one attempt. */
import { type RefObject, useRef, useState } from 'react';
import { ApiFailure, isPassing } from '../api/client.ts';
import type { Customer, Order } from '../api/portal.ts';
import { authenticate } from '../checkout/card/authenticate.ts';
import type { CardFormHandle } from '../checkout/card/card-form.tsx';
import { formatMoney } from '../format/money.ts';
import { usePortal } from './context.ts';
import { bankReturnUrl } from './session.ts';
import { useRefresh } from './use-refresh.ts';

export type Problem =
  | { readonly kind: 'declined'; readonly reason: string }
  | { readonly kind: 'limit'; readonly reason: string }
  /** Whether it was charged is not known yet. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly failure: Error };

export type With =
  | { readonly newCard: false; readonly id: string }
  | { readonly newCard: true; readonly isKept: boolean };

interface Payable {
  readonly order: Order;
  readonly customer: Customer;
  readonly card: RefObject<CardFormHandle | null>;
  readonly onPaid: () => void;
}

export function usePayOrder({ order, customer, card, onPaid }: Payable) {
  const { portal, shop, slug, say } = usePortal();
  const refresh = useRefresh();
  const isInFlight = useRef(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function pay(wanted: With) {
    if (isInFlight.current) return;
    isInFlight.current = true;
    setBusy(true);
    setProblem(null);
    const outcome = await attempt(wanted);
    if (outcome === 'leaving') return;
    isInFlight.current = false;
    setBusy(false);
    if (outcome === 'incomplete') return;
    void refresh();
    if (outcome !== 'paid') return setProblem(outcome);
    say({ tone: 'good', text: `Thank you, ${formatMoney(order.due_amount, order.currency)} was paid.` });
    onPaid();
  }

  async function attempt(wanted: With): Promise<Problem | 'paid' | 'leaving' | 'incomplete'> {
    try {
      const saved = wanted.newCard ? await keepCard(wanted.isKept) : { id: wanted.id };
      if (typeof saved === 'string' || 'kind' in saved) return saved;
      const { status, error } = await portal.pay(order.id, saved.id);
      if (status !== 'succeeded') return { kind: 'declined', reason: error ?? 'Your bank refused it.' };
      if (wanted.newCard && wanted.isKept) await portal.changeCustomer({ default_payment_method_id: saved.id });
      return 'paid';
    } catch (failure) {
      return explain(failure);
    }
  }

  /** It is made the default one only once it has paid: a default card is tried by itself, which would be twice. */
  async function keepCard(isKept: boolean): Promise<Problem | 'leaving' | 'incomplete' | { readonly id: string }> {
    const via = shop.payment_processor_metadata;
    if (card.current === null || via === undefined) {
      return { kind: 'refused', failure: new Error('The card form has not loaded yet.') };
    }
    const returnUrl = bankReturnUrl(slug, { isDefault: isKept, orderId: order.id });
    const { email, billing_address: address } = customer;
    const token = await card.current.tokenize(
      { email, name: customer.billing_name ?? customer.name, address },
      returnUrl,
    );
    if (token.kind === 'incomplete') return 'incomplete';
    if (token.kind === 'failed') return { kind: 'declined', reason: token.reason };
    const added = await portal.addPaymentMethod(token.id, false, returnUrl);
    if (added.status === 'succeeded') return added.payment_method;
    const answer = await authenticate(via, added.client_secret);
    if (answer.kind === 'leaving') return 'leaving';
    if (answer.kind === 'failed') return { kind: 'declined', reason: answer.reason };
    const intent = added.client_secret.slice(0, added.client_secret.indexOf('_secret'));
    const confirmed = await portal.confirmPaymentMethod(intent, false);
    return confirmed.status === 'succeeded' ? confirmed.payment_method : { kind: 'unknown' };
  }

  /** A failed call may still have paid: the order itself knows. */
  async function explain(failure: unknown): Promise<Problem | 'paid'> {
    if (!(failure instanceof ApiFailure)) throw failure;
    const { error } = failure;
    if (error.kind === 'declined') return { kind: 'declined', reason: error.detail };
    if (error.kind === 'refused' && error.code === 'ManualRetryLimitExceeded') {
      return { kind: 'limit', reason: error.detail };
    }
    const now = await portal.paymentStatus(order.id).catch(() => null);
    if (now?.status === 'paid') return 'paid';
    return isPassing(failure) ? { kind: 'unknown' } : { kind: 'refused', failure };
  }

  return { isBusy, problem, pay };
}
