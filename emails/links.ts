/**
 * Links that let their reader in. What is kept of an e-mail has a placeholder in their place, so that whoever reads the
 * table gets in nowhere; each sending puts in a link with a key of its own.
 */
import type { Link } from './letter.ts';

/** Stands where the link into the portal will be. */
export const PORTAL_LINK = '{{portal}}';
/** Stands where the link that proves the receipt of an e-mail will be. */
export const PROOF_LINK = '{{verify-email}}';

/** Stands where the link to take a seat will be. */
export const SEAT_LINK = '{{claim-seat}}';

export function hrefOf(link: Link): string {
  switch (link.to) {
    case 'portal':
      return PORTAL_LINK;
    case 'proof':
      return PROOF_LINK;
    case 'seat':
      return SEAT_LINK;
    case 'address':
      return link.url;
  }
}

/** Text from outside, a name for one, must not become a link. */
export const withoutPlaceholders = (text: string): string => text.replaceAll('{{', '{\u200b{');
