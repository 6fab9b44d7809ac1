/** A link into the portal, sent to the address that the seller knows. */
import { useState } from 'react';
import { requestPortalLink } from '../api/portal-link.ts';
import { Button } from '../parts/button.tsx';
import { Notice } from '../parts/notice.tsx';
import { AddressForm } from './address-form.tsx';

export function AskForLink({ slug, seller }: { slug: string; seller: string }) {
  const [sentTo, setSentTo] = useState<string>();
  if (sentTo !== undefined) {
    return (
      <Notice tone="good" title="Look into your mail">
        <p>
          If {seller} knows you by {sentTo}, a link is on its way there. Nothing came? Try the address that you bought
          with.
        </p>
        <div>
          <Button small onClick={() => setSentTo(undefined)}>
            Try another address
          </Button>
        </div>
      </Notice>
    );
  }
  return (
    <AddressForm
      label="Your e-mail address"
      hint={`The one that you gave ${seller}.`}
      send={(email) => requestPortalLink(slug, email)}
      onSent={setSentTo}
    >
      {(isSending) => (
        <div>
          <Button type="submit" look="primary" busy={isSending}>
            Send me a link
          </Button>
        </div>
      )}
    </AddressForm>
  );
}
