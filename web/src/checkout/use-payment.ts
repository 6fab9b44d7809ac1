/** Pressing Pay: token, confirmation, 3-D Secure, and what to say when one of them fails. One press, one purchase. */
import { useQueryClient } from '@tanstack/react-query';
import { type RefObject, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { Address } from '../api/catalog.ts';
import { type Checkout, type Confirmation, confirmCheckout, getCheckout } from '../api/checkouts.ts';
import { ApiFailure, type FieldError } from '../api/client.ts';
import type { FieldData } from '../api/custom-fields.ts';
import { authenticate } from './card/authenticate.ts';
import type { CardFormHandle } from './card/card-form.tsx';
import { processorOf, waitingForBank } from './processor.ts';
import { keepSessionToken } from './session-token.ts';
import { hasTrial } from './sums.tsx';

export interface Buyer {
  readonly email: string;
  readonly name: string;
  readonly address: Address | undefined;
  readonly business: Pick<Confirmation, 'is_business_customer' | 'customer_billing_name' | 'customer_tax_id'>;
  /** What they entered into the shop's own fields. */
  readonly fields: FieldData | undefined;
}

export type PaymentProblem =
  | { readonly kind: 'declined'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }
  /** The buyer has had a trial here: the checkout now shows what is due today. */
  | { readonly kind: 'no_trial'; readonly reason: string }
  | { readonly kind: 'unreachable' }
  /** Something else is due than was shown; nothing was charged. */
  | { readonly kind: 'total_changed' }
  | { readonly kind: 'fields'; readonly fields: readonly FieldError[] };

export interface Payment {
  readonly isPaying: boolean;
  readonly problem: PaymentProblem | null;
  pay(buyer: Buyer): Promise<void>;
}

/** `settled` is awaited before the purchase, so that no earlier change of the checkout overtakes it. */
export function usePayment(
  checkout: Checkout,
  card: RefObject<CardFormHandle | null>,
  settled: () => Promise<unknown>,
  earlierProblem: PaymentProblem | null,
): Payment {
  const [isPaying, setPaying] = useState(false);
  const [problem, setProblem] = useState(earlierProblem);
  const isInFlight = useRef(false);
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const secret = checkout.client_secret;
  const confirmationPath = `/checkout/${secret}/confirmation`;

  async function pay(buyer: Buyer) {
    // State is seen by the next render only; a second click may come before that.
    if (isInFlight.current) return;
    isInFlight.current = true;
    setPaying(true);
    setProblem(null);
    const outcome = await attempt(buyer);
    if (outcome === 'leaving') return;
    isInFlight.current = false;
    setPaying(false);
    setProblem(outcome);
  }

  /** Null when there is nothing to say: the card form marks its own fields. */
  async function attempt(buyer: Buyer): Promise<PaymentProblem | 'leaving' | null> {
    const { email, name, address, business, fields } = buyer;
    let token: string | undefined;
    let reason: string | undefined;
    if (checkout.is_payment_form_required) {
      if (card.current === null) return { kind: 'refused', reason: 'The card form has not loaded yet.' };
      const holder = { email, name: name || null, address: address ?? null };
      const tokenized = await card.current.tokenize(holder, window.location.origin + confirmationPath);
      if (tokenized.kind === 'incomplete') return null;
      if (tokenized.kind === 'failed') return { kind: 'declined', reason: tokenized.reason };
      token = tokenized.id;
    }
    await settled();
    const present = queries.getQueryData<Checkout>(['checkout', secret]);
    if (present !== undefined && isOtherTotal(present, checkout)) return { kind: 'total_changed' };

    try {
      const confirmed = await confirmCheckout(secret, {
        product_id: checkout.product?.id,
        customer_email: email,
        customer_name: name || undefined,
        customer_billing_address: address,
        ...business,
        custom_field_data: fields,
        locale: checkout.locale ?? navigator.language,
        confirmation_token_id: token,
      });
      keepSessionToken(secret, confirmed.customer_session_token);
      const waiting = waitingForBank(confirmed);
      const processor = processorOf(confirmed) ?? processorOf(checkout);
      if (waiting !== undefined && processor !== undefined) {
        const answer = await authenticate(processor, waiting);
        if (answer.kind === 'leaving') return 'leaving';
        if (answer.kind === 'failed') reason = answer.reason;
      }
      queries.setQueryData(['checkout', secret], confirmed);
      navigate(confirmationPath, { state: reason === undefined ? null : { reason } });
      return 'leaving';
    } catch (failure) {
      return await explain(failure);
    }
  }

  /** A failed call may still have bought: the checkout itself knows. */
  async function explain(failure: unknown): Promise<PaymentProblem | 'leaving'> {
    if (!(failure instanceof ApiFailure)) throw failure;
    const { error } = failure;
    const now = await getCheckout(secret).catch(() => null);
    // What was entered is written before anything is refused: sums and form may be others now.
    if (now !== null) queries.setQueryData(['checkout', secret], now);
    if (now !== null && now.status !== 'open') return 'leaving';
    if (error.kind === 'invalid') {
      const isOfTotal = error.fields.some(({ type }) => type === 'total_changed');
      return isOfTotal ? { kind: 'total_changed' } : { kind: 'fields', fields: error.fields };
    }
    if (error.kind === 'refused' && error.code === 'TrialAlreadyRedeemed') {
      return { kind: 'no_trial', reason: error.detail };
    }
    if (now !== null && isOtherTotal(now, checkout)) return { kind: 'total_changed' };
    if (error.kind === 'declined') return { kind: 'declined', reason: error.detail };
    if (error.kind === 'expired' || error.kind === 'missing') {
      await queries.invalidateQueries({ queryKey: ['checkout', secret] });
    }
    return error.kind === 'unreachable' ? { kind: 'unreachable' } : { kind: 'refused', reason: error.detail };
  }

  return { isPaying, problem, pay };
}

const isOtherTotal = (a: Checkout, b: Checkout): boolean =>
  a.total_amount !== b.total_amount ||
  a.due_amount !== b.due_amount ||
  a.currency !== b.currency ||
  hasTrial(a) !== hasTrial(b);
