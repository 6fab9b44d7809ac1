/** Name and address as they stand on invoices. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useRef, useState } from 'react';
import { ADDRESS_PARTS, type AddressPart, addressOf, draftOf, missingParts } from '../address/address.ts';
import { AddressFields } from '../address/address-fields.tsx';
import { COUNTRIES } from '../address/countries.ts';
import { taxIdWord } from '../address/wording.ts';
import type { Address } from '../api/catalog.ts';
import type { AddressModes } from '../api/checkouts.ts';
import { ApiFailure } from '../api/client.ts';
import type { Customer } from '../api/portal.ts';
import { Button } from '../parts/button.tsx';
import { focusFirstInvalid, InputField } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import { ChangeEmail } from './change-email.tsx';
import { usePortal } from './context.ts';
import { wordsOf } from './failure.tsx';

const MODES: AddressModes = {
  country: 'required',
  line1: 'optional',
  line2: 'optional',
  postal_code: 'optional',
  city: 'optional',
  state: 'optional',
};

/** `isOwner`: of whoever is signed in, who alone may change the address. */
export function Details({ customer, isOwner }: { customer: Customer; isOwner: boolean }) {
  const [isEditing, setEditing] = useState(false);
  const { shop } = usePortal();
  const allowed = shop.organization.customer_portal_settings.customer?.allow_email_change === true;
  const mayChangeEmail = isOwner && allowed;
  return (
    <section className="panel stack" aria-labelledby="details">
      <div className="row apart">
        <h2 id="details">Details</h2>
        {!isEditing && (
          <Button small onClick={() => setEditing(true)}>
            Edit<span className="unseen"> name and billing address</span>
          </Button>
        )}
      </div>
      {isEditing ? (
        <Form customer={customer} onDone={() => setEditing(false)} />
      ) : (
        <Shown customer={customer} mayChangeEmail={mayChangeEmail} />
      )}
    </section>
  );
}

function Shown({ customer, mayChangeEmail }: { customer: Customer; mayChangeEmail: boolean }) {
  const [isChangingEmail, setChangingEmail] = useState(false);
  return (
    <dl className="stack-tight">
      <div>
        <dt className="soft small">E-mail</dt>
        <dd className="row apart">
          <span>{customer.email ?? 'None'}</span>
          {mayChangeEmail && (
            <Button small onClick={() => setChangingEmail(true)}>
              Change<span className="unseen"> your e-mail address</span>
            </Button>
          )}
          {isChangingEmail && <ChangeEmail onClose={() => setChangingEmail(false)} />}
        </dd>
      </div>
      <div>
        <dt className="soft small">Name on invoices</dt>
        <dd>{customer.billing_name ?? customer.name ?? 'None yet'}</dd>
      </div>
      <div>
        <dt className="soft small">Billing address</dt>
        <dd>
          {linesOf(customer.billing_address).map((line) => (
            <div key={line}>{line}</div>
          ))}
        </dd>
      </div>
      {customer.tax_id != null && (
        <div>
          <dt className="soft small">{taxIdWord(customer.billing_address?.country ?? '')}</dt>
          <dd>{customer.tax_id[0]}</dd>
        </div>
      )}
    </dl>
  );
}

function Form({ customer, onDone }: { customer: Customer; onDone: () => void }) {
  const { portal, say } = usePortal();
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [name, setName] = useState(customer.billing_name ?? customer.name ?? '');
  const [address, setAddress] = useState(() => draftOf(customer.billing_address));
  const [taxId, setTaxId] = useState(customer.tax_id?.[0] ?? '');
  const [errors, setErrors] = useState<Partial<Record<AddressPart | 'taxId', string>>>({});
  const save = useMutation({
    mutationFn: () =>
      portal.changeCustomer({
        billing_name: name.trim() || null,
        billing_address: addressOf(address, MODES),
        tax_id: taxId.trim() || null,
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['portal', 'customer'] });
      say({ tone: 'good', text: 'Your details are saved.' });
      onDone();
    },
    onError: (failure) => {
      setErrors(refusedParts(failure));
      focusFirstInvalid(form.current);
    },
  });
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (save.isPending) return;
    const missing = missingParts(address, MODES);
    setErrors(Object.fromEntries(missing.map((part) => [part, 'This is needed.'])));
    if (missing.length > 0) return focusFirstInvalid(form.current);
    save.mutate();
  }
  return (
    <form ref={form} className="stack" noValidate onSubmit={submit}>
      <InputField
        label="Name on invoices"
        autoComplete="billing name"
        maxLength={256}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <AddressFields draft={address} modes={MODES} errors={errors} onChange={setAddress} />
      <InputField
        label={taxIdWord(address.country)}
        autoComplete="off"
        spellCheck={false}
        maxLength={64}
        hint="Of a business; it stands on invoices."
        value={taxId}
        error={errors.taxId}
        onChange={(event) => {
          setTaxId(event.target.value);
          setErrors(({ taxId: _, ...others }) => others);
        }}
      />
      {save.error !== null && (
        <Notice tone="danger" title="Your details were not saved">
          <p>{wordsOf(save.error)}</p>
        </Notice>
      )}
      <div className="row">
        <Button type="submit" look="primary" busy={save.isPending}>
          Save
        </Button>
        <Button onClick={onDone}>Leave as it was</Button>
      </div>
    </form>
  );
}

function linesOf(address: Address | null): readonly string[] {
  if (address === null) return ['None yet'];
  const country = COUNTRIES.find(({ code }) => code === address.country)?.name ?? address.country;
  const town = [address.postal_code, address.city].filter(Boolean).join(' ');
  const region = address.state?.replace(/^[A-Z]{2}-/, '');
  return [address.line1, address.line2, town, region, country]
    .filter((line) => line != null && line !== '')
    .map(String);
}

/** What the server refused, by the field that it is said beside. */
function refusedParts(failure: Error): Partial<Record<AddressPart | 'taxId', string>> {
  if (!(failure instanceof ApiFailure) || failure.error.kind !== 'invalid') return {};
  const { fields } = failure.error;
  const of = (path: string) => fields.find((field) => field.path === path)?.message;
  const parts = ADDRESS_PARTS.map((part) => [part, of(`billing_address.${part}`)] as const);
  return { ...Object.fromEntries(parts), taxId: of('tax_id') };
}
