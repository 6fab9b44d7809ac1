/** A link into the portal, sent to the address that the seller knows. */
import { useMutation } from '@tanstack/react-query';
import { type SubmitEvent, useRef, useState } from 'react';
import { ApiFailure } from '../api/client.ts';
import { requestPortalLink } from '../api/portal-link.ts';
import { Button } from '../parts/button.tsx';
import { focusFirstInvalid, InputField } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';

export function AskForLink({ slug, seller }: { slug: string; seller: string }) {
  const form = useRef<HTMLFormElement>(null);
  const [email, setEmail] = useState('');
  const [error, setError] = useState<string>();
  const ask = useMutation({
    mutationFn: () => requestPortalLink(slug, email.trim()),
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
  if (ask.isSuccess) {
    return (
      <Notice tone="good" title="Look into your mail">
        <p>
          If {seller} knows you by {email.trim()}, a link is on its way there. Nothing came? Try the address that you
          bought with.
        </p>
        <div>
          <Button small onClick={() => ask.reset()}>
            Try another address
          </Button>
        </div>
      </Notice>
    );
  }
  return (
    <form ref={form} className="stack" noValidate onSubmit={submit}>
      <InputField
        label="Your e-mail address"
        type="email"
        autoComplete="email"
        required
        maxLength={254}
        value={email}
        error={error}
        hint={`The one that you gave ${seller}.`}
        onChange={(event) => setEmail(event.target.value)}
      />
      {ask.error !== null && error === undefined && (
        <Notice tone="danger" title="No link was sent">
          <p>{ask.error.message}</p>
        </Notice>
      )}
      <div>
        <Button type="submit" look="primary" busy={ask.isPending}>
          Send me a link
        </Button>
      </div>
    </form>
  );
}
