/** The right-hand side of the checkout: who buys, from where, with which card. */
import { type SubmitEvent, useRef, useState } from 'react';
import { ADDRESS_PARTS, type AddressPart, addressOf, missingParts } from '../address/address.ts';
import { AddressFields } from '../address/address-fields.tsx';
import type { Checkout, CheckoutChange } from '../api/checkouts.ts';
import type { AttachedField } from '../api/custom-fields.ts';
import { formatMoney } from '../format/money.ts';
import { formatTrial } from '../format/terms.ts';
import { Button } from '../parts/button.tsx';
import { focusFirstInvalid, InputField } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import { BusinessFields } from './business-fields.tsx';
import { businessOf } from './buyer.ts';
import { CardForm, type CardFormHandle, type CardPurpose } from './card/card-form.tsx';
import { CustomFields } from './custom-fields.tsx';
import { DiscountCode, useIsDiscounting } from './discount-code.tsx';
import { answersOf, dataOf, lackingAnswers } from './field-answers.ts';
import { PaymentNotice } from './payment-notice.tsx';
import { processorOf } from './processor.ts';
import { dueToday, hasTrial } from './sums.tsx';
import { usageOf } from './usage.ts';
import { type Refusals, useBuyer } from './use-buyer.ts';
import { type PaymentProblem, usePayment } from './use-payment.ts';

interface CheckoutFormProps {
  readonly checkout: Checkout;
  readonly earlierProblem: PaymentProblem | null;
  /** Another product has been chosen and its price is not known yet: nobody pays for what they don't see. */
  readonly isChanging: boolean;
  /** What is to be bought can't be: the buyer is led there first. */
  readonly isQuantityWrong: boolean;
  /** What tax and currency follow from is told as it is entered. Throws `ApiFailure`. */
  readonly onBuyer: (change: CheckoutChange) => Promise<unknown>;
  readonly settled: () => Promise<unknown>;
}

type Errors = Partial<Record<AddressPart | 'email' | 'name' | 'billingName', string>>;

export function CheckoutForm(props: CheckoutFormProps) {
  const { checkout, earlierProblem, isChanging, isQuantityWrong, onBuyer, settled } = props;
  const buyer = useBuyer(checkout, onBuyer);
  const { email, name, address, isBusiness, billingName } = buyer.draft;
  const [errors, setErrors] = useState<Errors>({});
  const fields = checkout.attached_custom_fields ?? [];
  const [answers, setAnswers] = useState(() => answersOf(checkout.custom_field_data));
  const [lacking, setLacking] = useState<Readonly<Record<string, string>>>({});
  const form = useRef<HTMLFormElement>(null);
  const card = useRef<CardFormHandle>(null);
  const { isPaying, problem, pay } = usePayment(checkout, card, settled, earlierProblem);
  const processor = processorOf(checkout);
  const modes = checkout.billing_address_fields;
  const needsCard = checkout.is_payment_form_required;
  const isDiscounting = useIsDiscounting(checkout);

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isChanging || isDiscounting) return;
    if (isQuantityWrong) return focusFirstInvalid(document.querySelector<HTMLElement>('.checkout-summary'));
    const found: Errors = {};
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email.trim()))
      found.email = 'Enter an e-mail address, such as ada@example.com.';
    if (needsCard && name.trim() === '') found.name = 'Enter your name.';
    if (isBusiness && billingName.trim() === '') found.billingName = 'Enter the name of your business.';
    for (const part of missingParts(address, modes)) found[part] = 'This is needed.';
    const missing = lackingAnswers(fields, answers);
    setErrors(found);
    setLacking(missing);
    if (Object.keys({ ...found, ...missing }).length > 0) return focusFirstInvalid(form.current);
    buyer.stop();
    const billed = addressOf(address, modes);
    void pay({
      email: email.trim(),
      name: name.trim(),
      address: billed,
      business: businessOf(buyer.draft, billed),
      fields: dataOf(fields, answers),
    });
  }

  return (
    <form ref={form} className="stack" onSubmit={submit} noValidate aria-label="Checkout">
      <h2>{needsCard ? 'Payment' : 'Your details'}</h2>
      <InputField
        label="E-mail"
        type="email"
        inputMode="email"
        autoComplete="email"
        required
        maxLength={254}
        readOnly={checkout.customer_id !== null && checkout.customer_email !== null}
        value={email}
        error={errors.email ?? fieldError(problem, 'customer_email')}
        onChange={(event) => buyer.change({ email: event.target.value })}
      />
      <InputField
        label="Name"
        autoComplete="name"
        required={needsCard}
        maxLength={256}
        value={name}
        error={errors.name ?? fieldError(problem, 'customer_name')}
        onChange={(event) => buyer.change({ name: event.target.value })}
      />
      <AddressFields
        draft={address}
        modes={modes}
        errors={addressErrors(errors, buyer.refusals, problem)}
        onChange={(draft) => buyer.change({ address: draft })}
      />
      <BusinessFields
        draft={buyer.draft}
        errors={{
          billingName: errors.billingName ?? fieldError(problem, 'customer_billing_name'),
          taxId: buyer.refusals['customer_tax_id'] ?? fieldError(problem, 'customer_tax_id'),
        }}
        onChange={buyer.change}
        onLeave={buyer.leave}
      />
      <CustomFields
        fields={fields}
        answers={answers}
        errors={fieldErrors(fields, lacking, problem)}
        onChange={setAnswers}
      />
      <DiscountCode checkout={checkout} refusal={fieldError(problem, 'discount_code')} />
      {needsCard && processor === undefined && (
        <Notice tone="danger" title="This shop can’t take payments yet">
          <p>It has no card processor. Please tell {checkout.organization.name}.</p>
        </Notice>
      )}
      {needsCard && processor !== undefined && (
        <CardForm processor={processor} purpose={purposeOf(checkout)} ref={card} />
      )}
      {problem !== null && <PaymentNotice problem={problem} checkout={checkout} />}
      <Button type="submit" look="primary" wide busy={isPaying || isChanging || isDiscounting}>
        {isPaying ? 'One moment …' : actionOf(checkout)}
      </Button>
      <p className="soft small">{consentOf(checkout)}</p>
    </form>
  );
}

function purposeOf(checkout: Checkout): CardPurpose {
  const { currency, due_amount: amount } = checkout;
  if (!checkout.is_payment_required || hasTrial(checkout)) return { mode: 'setup', currency };
  return { mode: 'payment', amount, currency, isKept: checkout.product?.is_recurring === true };
}

/** The button says what pressing it does, with the amount. */
function actionOf(checkout: Checkout): string {
  const trial = formatTrial(checkout.active_trial_interval, checkout.active_trial_interval_count);
  if (trial !== undefined) return `Start ${trial}`;
  const due = dueToday(checkout);
  if (due === 0 && checkout.applied_balance_amount < 0) return 'Pay with your balance';
  if (due === 0 && usageOf(checkout).length > 0) return 'Start now';
  return due === 0 ? 'Get it free' : `Pay ${formatMoney(due, checkout.currency)}`;
}

function consentOf(checkout: Checkout): string {
  const seller = checkout.organization.name;
  if (checkout.product?.is_recurring !== true || !checkout.is_payment_form_required) return `Sold by ${seller}.`;
  return `You allow ${seller} to charge this card for each renewal until you cancel. Cancelling takes two clicks.`;
}

function fieldErrors(
  fields: readonly AttachedField[],
  lacking: Readonly<Record<string, string>>,
  problem: PaymentProblem | null,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    fields.map(({ custom_field: { slug } }) => [
      slug,
      lacking[slug] ?? fieldError(problem, `custom_field_data.${slug}`),
    ]),
  );
}

/** What the page misses, else what the server refused, as it was typed or when Pay was pressed. */
function addressErrors(errors: Errors, refusals: Refusals, problem: PaymentProblem | null) {
  return Object.fromEntries(
    ADDRESS_PARTS.map((part) => {
      const path = `customer_billing_address.${part}`;
      return [part, errors[part] ?? refusals[path] ?? fieldError(problem, path)];
    }),
  );
}

function fieldError(problem: PaymentProblem | null, path: string): string | undefined {
  if (problem?.kind !== 'fields') return undefined;
  return problem.fields.find((field) => field.path.endsWith(path))?.message;
}
