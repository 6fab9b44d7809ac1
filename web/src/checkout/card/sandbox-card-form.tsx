/** Our own card form. It serves the sandbox only: real card numbers never pass through a page of ours. */
import { type Ref, useImperativeHandle, useRef, useState } from 'react';
import { focusFirstInvalid, InputField } from '../../parts/field.tsx';
import type { CardFormHandle } from './card-form.tsx';
import {
  BRAND_NAMES,
  brandOf,
  digitsOf,
  formatCardNumber,
  formatExpiry,
  isCardNumber,
  isCvc,
  isExpired,
  readExpiry,
} from './card-number.ts';
import { createConfirmationToken } from './sandbox-processor.ts';

interface Draft {
  readonly number: string;
  readonly expiry: string;
  readonly cvc: string;
}
type Errors = Partial<Record<keyof Draft, string>>;

interface SandboxCardFormProps {
  readonly stripeApi: string;
  readonly publishableKey: string;
  /** The card will be charged again later, without the customer being there. */
  readonly isKept: boolean;
  readonly ref: Ref<CardFormHandle>;
}

export function SandboxCardForm({ stripeApi, publishableKey, isKept, ref }: SandboxCardFormProps) {
  const [draft, setDraft] = useState<Draft>({ number: '', expiry: '', cvc: '' });
  const [errors, setErrors] = useState<Errors>({});
  const fields = useRef<HTMLFieldSetElement>(null);
  const brand = brandOf(draft.number);

  useImperativeHandle(ref, () => {
    const sandbox = { stripeApi, publishableKey };
    return {
      async tokenize(holder, returnUrl) {
        const found = errorsOf(draft);
        setErrors(found);
        const expiry = readExpiry(draft.expiry);
        if (Object.keys(found).length > 0 || expiry === undefined) {
          focusFirstInvalid(fields.current);
          return { kind: 'incomplete' };
        }
        const card = { number: digitsOf(draft.number), cvc: draft.cvc, isKept, ...expiry };
        return createConfirmationToken(sandbox, card, holder, returnUrl);
      },
    };
  }, [draft, stripeApi, publishableKey, isKept]);

  function type(field: keyof Draft, value: string) {
    setDraft({ ...draft, [field]: value });
    setErrors({ ...errors, [field]: undefined });
  }
  /** Speaks up on leaving a field only once something stands in it. */
  function check(field: keyof Draft) {
    if (draft[field] !== '') setErrors({ ...errors, [field]: errorsOf(draft)[field] });
  }

  return (
    <fieldset ref={fields} className="stack">
      <legend className="unseen">Card</legend>
      <p className="sandbox-line">
        <strong>Sandbox: no real money.</strong> Try <code>4242 4242 4242 4242</code>, any later date, any CVC.
      </p>
      <InputField
        label="Card number"
        required
        inputMode="numeric"
        autoComplete="cc-number"
        placeholder="1234 1234 1234 1234"
        mark={brand === 'unknown' ? undefined : BRAND_NAMES[brand]}
        value={draft.number}
        error={errors.number}
        onChange={(event) => type('number', formatCardNumber(event.target.value))}
        onBlur={() => check('number')}
      />
      <div className="field-pair">
        <InputField
          label="Expiry"
          required
          inputMode="numeric"
          autoComplete="cc-exp"
          placeholder="MM / YY"
          value={draft.expiry}
          error={errors.expiry}
          onChange={(event) => type('expiry', formatExpiry(event.target.value, draft.expiry))}
          onBlur={() => check('expiry')}
        />
        <InputField
          label="CVC"
          required
          inputMode="numeric"
          autoComplete="cc-csc"
          placeholder={brand === 'amex' ? '4 digits' : '3 digits'}
          maxLength={brand === 'amex' ? 4 : 3}
          value={draft.cvc}
          error={errors.cvc}
          onChange={(event) => type('cvc', digitsOf(event.target.value))}
          onBlur={() => check('cvc')}
        />
      </div>
    </fieldset>
  );
}

function errorsOf(draft: Draft): Errors {
  const errors: Errors = {};
  if (!isCardNumber(draft.number)) {
    errors.number = draft.number === '' ? 'Enter the number of your card.' : 'This number is not complete or mistyped.';
  }
  const expiry = readExpiry(draft.expiry);
  if (expiry === undefined) errors.expiry = 'Enter month and year, as on the card.';
  else if (isExpired(expiry, new Date())) errors.expiry = 'This card is past its date.';
  if (!isCvc(draft.cvc, brandOf(draft.number))) errors.cvc = 'Enter the digits by the signature.';
  return errors;
}
