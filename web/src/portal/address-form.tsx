/** A form that asks for an e-mail address, to which a link is then sent. */
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, type SubmitEvent, useRef, useState } from 'react';
import { ApiFailure } from '../api/client.ts';
import { focusFirstInvalid, InputField } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';

interface AddressFormProps {
  readonly label: string;
  readonly hint: string;
  readonly send: (email: string) => Promise<unknown>;
  readonly onSent: (email: string) => void;
  /** The buttons: `isSending` while an answer is waited for. */
  readonly children: (isSending: boolean) => ReactNode;
}

export function AddressForm({ label, hint, send, onSent, children }: AddressFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string>();
  const email = typed.trim();
  const ask = useMutation({
    mutationFn: () => send(email),
    onSuccess: () => onSent(email),
    onError: (failure) => {
      if (!(failure instanceof ApiFailure) || failure.error.kind !== 'invalid') return;
      setError(failure.error.fields[0]?.message);
      focusFirstInvalid(form.current);
    },
  });
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (ask.isPending) return;
    const isAddress = /^\S+@\S+\.\S+$/.test(email);
    setError(isAddress ? undefined : 'Enter an e-mail address.');
    if (!isAddress) return focusFirstInvalid(form.current);
    ask.mutate();
  }
  return (
    <form ref={form} className="stack" noValidate onSubmit={submit}>
      <InputField
        label={label}
        type="email"
        autoComplete="email"
        required
        maxLength={254}
        value={typed}
        error={error}
        hint={hint}
        onChange={(event) => setTyped(event.target.value)}
      />
      {ask.error !== null && error === undefined && (
        <Notice tone="danger" title="No link was sent">
          <p>{ask.error.message}</p>
        </Notice>
      )}
      {children(ask.isPending)}
    </form>
  );
}
