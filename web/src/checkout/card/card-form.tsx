/**
 * A card form, whoever processes the card: our own against the sandbox, Stripe's Payment Element against Stripe.
 * The page draws `CardForm` and keeps its handle; both kinds answer alike.
 */
import { lazy, type Ref, Suspense } from 'react';
import type { Address, Processor } from '../../api/catalog.ts';
import { Loading } from '../../parts/loading.tsx';
import { SandboxCardForm } from './sandbox-card-form.tsx';

/** What the card will be used for; Stripe offers and words its fields by it. Amount in minor units. */
export type CardPurpose =
  | { readonly mode: 'payment'; readonly amount: number; readonly currency: string; readonly isKept: boolean }
  | { readonly mode: 'setup'; readonly currency: string };

export interface Cardholder {
  readonly email: string | null;
  readonly name: string | null;
  readonly address: Address | null;
}

export type Tokenized =
  | { readonly kind: 'token'; readonly id: string }
  /** The form marks its own fields; there is nothing to add. */
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface CardFormHandle {
  /** Turns what was typed into a confirmation token. `returnUrl` is where a bank's page leads back to. */
  tokenize(holder: Cardholder, returnUrl: string): Promise<Tokenized>;
}

export interface CardFormProps {
  readonly processor: Processor;
  readonly purpose: CardPurpose;
  readonly ref: Ref<CardFormHandle>;
}

// Stripe's script is loaded where it is used, and nowhere else.
const StripeCardForm = lazy(() => import('./stripe-card-form.tsx'));

export function CardForm({ processor, purpose, ref }: CardFormProps) {
  if (processor.stripe_api !== undefined) {
    const isKept = purpose.mode === 'setup' || purpose.isKept;
    const sandbox = { stripeApi: processor.stripe_api, publishableKey: processor.publishable_key };
    return <SandboxCardForm {...sandbox} isKept={isKept} ref={ref} />;
  }
  return (
    <Suspense fallback={<Loading what="the card form" />}>
      <StripeCardForm processor={processor} purpose={purpose} ref={ref} />
    </Suspense>
  );
}
