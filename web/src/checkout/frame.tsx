/** The checkout inside a shop's own page: what that page is told, and the way out. */
import { useEffect } from 'react';
import type { Checkout } from '../api/checkouts.ts';

/** By these the shop's script knows how far it is; the peer's names. */
type Message =
  | { readonly event: 'loaded' | 'close' | 'confirmed' }
  | { readonly event: 'success'; readonly successURL: string; readonly redirect: boolean };

type Framed = Pick<Checkout, 'embed_origin'>;

/** Shown in a frame, by the page that the checkout was opened for. */
export const isFramed = ({ embed_origin: origin }: Framed): boolean => window.parent !== window && Boolean(origin);

/** Nobody hears it but a page of the origin that the checkout was opened for. */
export function tellHost(checkout: Framed, message: Message): void {
  if (!isFramed(checkout) || !checkout.embed_origin) return;
  window.parent.postMessage({ ...message, type: 'POLAR_CHECKOUT' }, checkout.embed_origin);
}

/** Tells it once for each page. */
export function useTellHost(checkout: Checkout | undefined, event: 'loaded' | 'confirmed', when = true): void {
  const origin = checkout?.embed_origin;
  useEffect(() => {
    if (origin && when) tellHost({ embed_origin: origin }, { event });
  }, [origin, event, when]);
}

export function CloseFrame({ checkout }: { checkout: Checkout }) {
  if (!isFramed(checkout)) return null;
  return (
    <button
      type="button"
      className="close-frame"
      aria-label="Close the checkout"
      onClick={() => tellHost(checkout, { event: 'close' })}
    >
      ×
    </button>
  );
}
