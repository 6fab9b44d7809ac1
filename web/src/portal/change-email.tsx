/** Another e-mail address for the customer: it becomes theirs by a link that goes to it. */
import { useMutation } from '@tanstack/react-query';
import { type SubmitEvent, useRef, useState } from 'react';
import { ApiFailure } from '../api/client.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { focusFirstInvalid, InputField } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import { usePortal } from './context.ts';

export function ChangeEmail({ onClose }: { onClose: () => void }) {
  const { portal, say } = usePortal();
  const form = useRef<HTMLFormElement>(null);
  const [email, setEmail] = useState('');
  const [error, setError] = useState<string>();
  const ask = useMutation({
    mutationFn: () => portal.requestEmailChange(email.trim()),
    onSuccess: () => {
      say({ tone: 'good', text: `A link is on its way to ${email.trim()}. Until you open it, nothing changes.` });
      onClose();
    },
    onError: (failure) => {
      if (!(failure instanceof ApiFailure) || failure.error.kind !== 'invalid') return;
      setError(failure.error.fields[0]?.message);
      focusFirstInvalid(form.current);
    },
  });
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (ask.isPending) return;
    const isAddress = /^\S+@\S+\.\S+$/.test(email.trim());
    setError(isAddress ? undefined : 'Enter an e-mail address.');
    if (!isAddress) return focusFirstInvalid(form.current);
    ask.mutate();
  }
  return (
    <Dialog title="Change your e-mail address" onClose={onClose}>
      <form ref={form} className="stack" noValidate onSubmit={submit}>
        <InputField
          label="New e-mail address"
          type="email"
          autoComplete="email"
          required
          maxLength={254}
          value={email}
          error={error}
          hint="We send a link to it, to make sure that it is yours."
          onChange={(event) => setEmail(event.target.value)}
        />
        {ask.error !== null && error === undefined && (
          <Notice tone="danger" title="No link was sent">
            <p>{ask.error.message}</p>
          </Notice>
        )}
        <div className="row">
          <Button type="submit" look="primary" busy={ask.isPending}>
            Send the link
          </Button>
          <Button onClick={onClose}>Not now</Button>
        </div>
      </form>
    </Dialog>
  );
}
