/** No session, or one that is over: how to get in. */
import type { Shop } from '../api/organizations.ts';
import { PlainPage } from '../parts/plain-page.tsx';
import { AskForLink } from './ask-for-link.tsx';

interface SignedOutProps {
  readonly shop: Shop | undefined;
  readonly why: 'expired' | 'no-session';
}

export function SignedOut({ shop, why }: SignedOutProps) {
  const seller = shop?.organization.name ?? 'the seller';
  return (
    <PlainPage title={why === 'expired' ? 'Your session has ended' : 'Sign in by your link'}>
      <p>
        {why === 'expired' ? 'For your safety, links to this page work for a limited time. ' : ''}
        There is no password here: a personal link opens your purchases.
      </p>
      <ul className="ticks">
        <li>Open “Manage subscription” or “Billing” inside {seller}’s product.</li>
        <li>Or use the newest link that {seller} sent you by e-mail.</li>
        <li>Or have a new one sent to you.</li>
      </ul>
      {shop !== undefined && <AskForLink slug={shop.organization.slug} seller={seller} />}
      {shop !== undefined && (
        <p>
          <a href={`/shop/${shop.organization.slug}`}>See what {seller} offers</a>
        </p>
      )}
    </PlainPage>
  );
}
