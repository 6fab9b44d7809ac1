/** What stands on the outside of an e-mail. */

export interface Envelope {
  readonly from: { readonly name: string; readonly address: string };
  /** Null: answers go to the sender. */
  readonly replyTo: string | null;
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Sent {
  readonly id: string;
  /** Null: it goes to the seller itself. */
  readonly seller: { readonly name: string; readonly email?: string | null } | null;
}

interface Sending {
  /** `Shop <shop@example.com>`: whose address it comes from, and the name where it goes to the seller. */
  readonly EMAIL_FROM?: string | undefined;
  readonly PUBLIC_URL: string;
}

/** The id is made of the row's, so that one that is sent twice is known to be the same. */
export function envelopeOf({ id, seller }: Sent, { EMAIL_FROM, PUBLIC_URL }: Sending): Envelope {
  const host = new URL(PUBLIC_URL).hostname;
  const sender = senderOf(EMAIL_FROM ?? `Perennial <billing@${host}>`);
  return {
    from: seller === null ? sender : { name: seller.name, address: sender.address },
    replyTo: seller?.email ?? null,
    messageId: `<${id}@${host}>`,
    // RFC 3834: no machine answers it.
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

function senderOf(from: string): Envelope['from'] {
  const parts = /^\s*"?(.*?)"?\s*<([^<>]+)>\s*$/.exec(from);
  return { name: parts?.[1] ?? '', address: parts?.[2] ?? from.trim() };
}
