/** Where a buyer types a discount code, and takes it away again. */
import { useIsMutating, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Checkout, type CheckoutChange, changeCheckout } from '../api/checkouts.ts';
import { ApiFailure } from '../api/client.ts';
import { formatDiscount } from '../format/discounts.ts';
import { Button } from '../parts/button.tsx';
import { InputField } from '../parts/field.tsx';

interface DiscountCodeProps {
  readonly checkout: Checkout;
  /** Why it was refused when Pay was pressed: somebody else had the last one. */
  readonly refusal: string | undefined;
}

const keyOf = ({ client_secret: secret }: Checkout) => ['discount', secret];

/** While a code is on its way nobody pays: the price is about to change. */
export const useIsDiscounting = (checkout: Checkout) => useIsMutating({ mutationKey: keyOf(checkout) }) > 0;

export function DiscountCode({ checkout, refusal }: DiscountCodeProps) {
  const queries = useQueryClient();
  const [code, setCode] = useState('');
  const secret = checkout.client_secret;
  const change = useMutation({
    mutationKey: keyOf(checkout),
    mutationFn: (wanted: CheckoutChange) => changeCheckout(secret, wanted),
    scope: { id: `checkout ${secret}` },
    onSuccess: (changed: Checkout) => {
      queries.setQueryData(['checkout', secret], changed);
      setCode('');
    },
  });
  const { discount } = checkout;
  if (discount !== null && (checkout.allow_discount_codes || refusal !== undefined)) {
    const words = formatDiscount(discount, checkout.currency, checkout.product?.is_recurring === true);
    return (
      <section className="field" aria-label="Discount">
        <div className="with-action">
          <span>
            <strong>{discount.code ?? discount.name}</strong> <span className="soft">{words}</span>
          </span>
          <Button small busy={change.isPending} onClick={() => change.mutate({ discount_code: null })}>
            Remove
          </Button>
        </div>
        <div aria-live="polite">
          {(change.isError || refusal !== undefined) && (
            <span className="field-error">{change.isError ? messageOf(change.error) : refusal}</span>
          )}
        </div>
      </section>
    );
  }
  if (!checkout.allow_discount_codes || !checkout.is_discount_applicable) return null;

  function apply() {
    const typed = code.trim();
    if (typed !== '' && !change.isPending) change.mutate({ discount_code: typed });
  }
  return (
    <div className="with-action">
      <InputField
        label="Discount code"
        autoComplete="off"
        maxLength={256}
        value={code}
        error={change.isError ? messageOf(change.error) : undefined}
        onChange={(event) => {
          setCode(event.target.value);
          change.reset();
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          // It stands in the form of the payment, which it must not send.
          event.preventDefault();
          apply();
        }}
      />
      <Button busy={change.isPending} onClick={apply}>
        Apply
      </Button>
    </div>
  );
}

function messageOf(failure: Error): string {
  if (failure instanceof ApiFailure && failure.error.kind === 'invalid') {
    return failure.error.fields[0]?.message ?? failure.message;
  }
  return failure.message;
}
