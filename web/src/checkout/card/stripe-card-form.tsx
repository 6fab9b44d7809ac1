/** Stripe's Payment Element, for real keys: the card goes from Stripe's frame to Stripe, never through our page. */
import { Elements, PaymentElement, useElements, useStripe } from '@stripe/react-stripe-js';
import type { StripeElementsOptionsMode } from '@stripe/stripe-js';
import { type Ref, useEffect, useImperativeHandle, useMemo, useState } from 'react';
import { Notice } from '../../parts/notice.tsx';
import type { CardFormHandle, CardFormProps, Cardholder, CardPurpose } from './card-form.tsx';
import { stripeFor, UNREACHABLE } from './stripe-script.ts';

export default function StripeCardForm({ processor, purpose, ref }: CardFormProps) {
  const stripe = useMemo(() => stripeFor(processor.publishable_key), [processor.publishable_key]);
  const [isDead, setDead] = useState(false);
  useEffect(() => {
    void stripe.then((script) => setDead(script === null));
  }, [stripe]);
  if (isDead) return <NotLoaded />;
  return (
    <Elements stripe={stripe} options={optionsOf(purpose)}>
      <Fields ref={ref} />
    </Elements>
  );
}

function Fields({ ref }: { ref: Ref<CardFormHandle> }) {
  const stripe = useStripe();
  const elements = useElements();
  const [isBroken, setBroken] = useState(false);

  useImperativeHandle(
    ref,
    () => ({
      async tokenize(holder, returnUrl) {
        if (stripe === null || elements === null) return { kind: 'failed', reason: UNREACHABLE };
        const { error: typed } = await elements.submit();
        if (typed !== undefined) {
          return typed.type === 'validation_error'
            ? { kind: 'incomplete' }
            : { kind: 'failed', reason: typed.message ?? UNREACHABLE };
        }
        const { confirmationToken, error } = await stripe.createConfirmationToken({
          elements,
          params: { payment_method_data: { billing_details: billingDetails(holder) }, return_url: returnUrl },
        });
        return error === undefined
          ? { kind: 'token', id: confirmationToken.id }
          : { kind: 'failed', reason: error.message ?? UNREACHABLE };
      },
    }),
    [stripe, elements],
  );

  return (
    <>
      {isBroken && <NotLoaded />}
      <PaymentElement
        onLoadError={() => setBroken(true)}
        options={{
          layout: 'tabs',
          // The page asks for these itself, once; they go along with the token.
          fields: { billingDetails: { name: 'never', email: 'never', phone: 'never', address: 'never' } },
        }}
      />
    </>
  );
}

function NotLoaded() {
  return (
    <Notice tone="danger" title="The card form did not load">
      <p>Check your connection and any content blocker, then reload this page.</p>
    </Notice>
  );
}

function optionsOf(purpose: CardPurpose): StripeElementsOptionsMode {
  const shared = {
    currency: purpose.currency.toLowerCase(),
    // As the API asks of the intent: the two must agree.
    allowedPaymentMethodTypes: ['card'],
    appearance: appearanceOf(window.matchMedia('(prefers-color-scheme: dark)').matches),
  };
  if (purpose.mode === 'setup') return { ...shared, mode: 'setup', setupFutureUsage: 'off_session' };
  const setupFutureUsage = purpose.isKept ? 'off_session' : null;
  return { ...shared, mode: 'payment', amount: amountOf(purpose), setupFutureUsage };
}

/** As the API asks for it: Stripe counts these two in hundredths. */
const amountOf = ({ amount, currency }: Extract<CardPurpose, { mode: 'payment' }>): number =>
  ['isk', 'ugx'].includes(currency.toLowerCase()) ? amount * 100 : amount;

/** Stripe draws in a frame that cannot read our tokens; these are the same colours. */
function appearanceOf(isDark: boolean): StripeElementsOptionsMode['appearance'] {
  return {
    theme: isDark ? 'night' : 'stripe',
    variables: isDark
      ? { colorPrimary: '#74cda2', colorBackground: '#191d1a', colorText: '#e9ece8', borderRadius: '8px' }
      : { colorPrimary: '#1f6b4a', colorBackground: '#ffffff', colorText: '#1b211d', borderRadius: '8px' },
  };
}

/** Fields the element leaves to us must all be given, empty where unknown. */
function billingDetails({ email, name, address }: Cardholder) {
  return {
    email: email ?? '',
    name: name ?? '',
    phone: '',
    address: {
      line1: address?.line1 ?? '',
      line2: address?.line2 ?? '',
      postal_code: address?.postal_code ?? '',
      city: address?.city ?? '',
      state: address?.state?.replace(/^[A-Z]{2}-/, '') ?? '',
      country: address?.country ?? '',
    },
  };
}
