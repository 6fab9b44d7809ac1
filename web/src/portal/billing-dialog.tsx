/** What an order's invoice still needs: the name, the address, or both. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useRef, useState } from 'react';
import { type AddressPart, addressOf, draftOf, missingParts } from '../address/address.ts';
import { AddressFields } from '../address/address-fields.tsx';
import type { AddressModes } from '../api/checkouts.ts';
import type { Customer, Order } from '../api/portal.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { focusFirstInvalid, InputField } from '../parts/field.tsx';
import { Loading } from '../parts/loading.tsx';
import { Notice } from '../parts/notice.tsx';
import { usePortal } from './context.ts';

const MODES: AddressModes = {
  country: 'required',
  line1: 'required',
  line2: 'optional',
  postal_code: 'optional',
  city: 'required',
  state: 'optional',
};

interface BillingDialogProps {
  readonly order: Order;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

export function BillingDialog(props: BillingDialogProps) {
  const { portal } = usePortal();
  const customer = useQuery({ queryKey: ['portal', 'customer', 'billing'], queryFn: () => portal.customer() });
  return (
    <Dialog title="Whom is the invoice for?" onClose={props.onClose}>
      <p>Once the invoice is made, this can’t be changed any more.</p>
      {customer.data !== undefined && <Form {...props} customer={customer.data} />}
      {customer.isPending && <Loading what="your details" lines={3} />}
      {customer.error !== null && (
        <Notice tone="danger" title="Your details could not be loaded">
          <p>{customer.error.message}</p>
        </Notice>
      )}
    </Dialog>
  );
}

const NEEDED = 'This is needed.';

function Form({ order, customer, onClose, onSaved }: BillingDialogProps & { readonly customer: Customer }) {
  const { portal } = usePortal();
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [name, setName] = useState(order.billing_name ?? customer.billing_name ?? customer.name ?? '');
  const [address, setAddress] = useState(() => draftOf(order.billing_address ?? customer.billing_address));
  const [errors, setErrors] = useState<Partial<Record<AddressPart | 'name', string>>>({});
  const asksAddress = order.billing_address === null;
  const save = useMutation({
    mutationFn: () =>
      portal.changeOrder(order.id, {
        billing_name: name.trim(),
        ...(asksAddress && { billing_address: addressOf(address, MODES) }),
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['portal', 'orders'] });
      onSaved();
    },
  });
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (save.isPending) return;
    const missing: (AddressPart | 'name')[] = asksAddress ? [...missingParts(address, MODES)] : [];
    if (name.trim() === '') missing.push('name');
    setErrors(Object.fromEntries(missing.map((part) => [part, NEEDED])));
    if (missing.length > 0) return focusFirstInvalid(form.current);
    save.mutate();
  }
  return (
    <form ref={form} className="stack" noValidate onSubmit={submit}>
      <InputField
        label="Name on the invoice"
        autoComplete="billing name"
        required
        maxLength={256}
        value={name}
        error={errors.name}
        onChange={(event) => setName(event.target.value)}
      />
      {asksAddress && <AddressFields draft={address} modes={MODES} errors={errors} onChange={setAddress} />}
      {save.error !== null && (
        <Notice tone="danger" title="Your details were not saved">
          <p>{save.error.message}</p>
        </Notice>
      )}
      <div className="row">
        <Button type="submit" look="primary" busy={save.isPending}>
          Make the invoice
        </Button>
        <Button onClick={onClose}>Not now</Button>
      </div>
    </form>
  );
}
