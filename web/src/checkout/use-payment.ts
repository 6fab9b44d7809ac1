/** Pressing Pay: token, confirmation, 3-D Secure, and what to say when one of them fails. One press, one purchase. */
import { useQueryClient } from '@tanstack/react-query';
import { type RefObject, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { Address } from '../api/catalog.ts';
import { type Checkout, confirmCheckout, getCheckout } from '../api/checkouts.ts';
import { ApiFailure, type FieldError } from '../api/client.ts';
import type { FieldData } from '../api/custom-fields.ts';
import { authenticate } from './card/authenticate.ts';
import type { CardFormHandle } from './card/card-form.tsx';
import { processorOf, waitingForBank } from './processor.ts';
import { keepSessionToken } from './session-token.ts';

export interface Buyer {
  readonly email: string;
  readonly name: string;
  readonly address: Address | undefined;
  /** What they entered into the shop's own fields. */
  readonly fields: FieldData | undefined;
}

export type PaymentProblem =
  | { readonly kind: 'declined'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }
  /** The buyer has had a trial here: the checkout now shows what is due today. */
  | { readonly kind: 'no_trial'; readonly reason: string }
  | { readonly kind: 'unreachable' }
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
    const { email, name, address, fields } = buyer;
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

    try {
      const confirmed = await confirmCheckout(secret, {
        product_id: checkout.product?.id,
        customer_email: email,
        customer_name: name || undefined,
        customer_billing_address: address,
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
    if (error.kind === 'invalid') return { kind: 'fields', fields: error.fields };
    if (error.kind === 'declined') return { kind: 'declined', reason: error.detail };
    const now = await getCheckout(secret).catch(() => null);
    if (now !== null && now.status !== 'open') {
      queries.setQueryData(['checkout', secret], now);
      return 'leaving';
    }
    if (now !== null && error.kind === 'refused' && error.code === 'TrialAlreadyRedeemed') {
      queries.setQueryData(['checkout', secret], now);
      return { kind: 'no_trial', reason: error.detail };
    }
    if (error.kind === 'expired' || error.kind === 'missing') {
      await queries.invalidateQueries({ queryKey: ['checkout', secret] });
    }
    return error.kind === 'unreachable' ? { kind: 'unreachable' } : { kind: 'refused', reason: error.detail };
  }

  return { isPaying, problem, pay };
}
