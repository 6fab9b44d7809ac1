/** Bought: what it was, its keys, the way to the portal, and on to the seller's own page. */
import { useEffect } from 'react';
import type { Checkout } from '../api/checkouts.ts';
import { formatDate } from '../format/dates.ts';
import { formatMoney } from '../format/money.ts';
import { formatRhythm } from '../format/terms.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { ShopMark } from '../parts/shop-mark.tsx';
import { Delivery } from './delivery.tsx';
import { CloseFrame, isFramed, tellHost } from './frame.tsx';
import { readSessionToken } from './session-token.ts';
import { dueToday, hasTrial } from './sums.tsx';

/** Long enough to see that it worked, and to read a key. */
const MOVE_ON_AFTER_MS = 6_000;

export function Thanks({ checkout }: { checkout: Checkout }) {
  const token = readSessionToken(checkout.client_secret);
  const next = onwardsFrom(checkout, token);
  const { embed_origin: host } = checkout;
  useEffect(() => {
    const successURL = next ?? window.location.href;
    tellHost({ embed_origin: host }, { event: 'success', successURL, redirect: next !== undefined });
    // In a frame it is the shop's page that moves on.
    if (next === undefined || isFramed({ embed_origin: host })) return;
    const timer = setTimeout(() => window.location.assign(next), MOVE_ON_AFTER_MS);
    return () => clearTimeout(timer);
  }, [next, host]);

  const { product, organization } = checkout;
  return (
    <main className="plain-page">
      <CloseFrame checkout={checkout} />
      <div className="panel stack">
        <ShopMark organization={organization} />
        <PageTitle tab={`Thank you · ${organization.name}`}>Thank you</PageTitle>
        <p>{boughtOf(checkout)}</p>
        {product !== null && product.benefits.length > 0 && (
          <Delivery checkoutId={checkout.id} product={product} token={token} />
        )}
        {next !== undefined && (
          <p role="status">
            Taking you back to <a href={next}>{new URL(next).host}</a> …
          </p>
        )}
        {token === null ? (
          <p className="soft">
            {checkout.customer_email === null ? 'An e-mail' : `An e-mail to ${checkout.customer_email}`} has a link to
            your purchases and all that belongs to them.
          </p>
        ) : (
          <div className="row">
            <a className="button button-primary" href={`/portal/${organization.slug}?customer_session_token=${token}`}>
              {product?.is_recurring === true ? 'Manage your subscription' : 'See your purchases'}
            </a>
          </div>
        )}
      </div>
    </main>
  );
}

function boughtOf(checkout: Checkout): string {
  const { product, currency, total_amount: total } = checkout;
  const name = product?.name ?? 'Your purchase';
  if (product !== null && hasTrial(checkout)) {
    const end = checkout.trial_end === null ? '' : ` until ${formatDate(checkout.trial_end)}`;
    return `${name} is yours to try${end}. After that it is ${formatMoney(total, currency)} ${formatRhythm(product)}.`;
  }
  const paid = dueToday(checkout);
  return paid === 0 ? `${name} is yours.` : `${name} is yours. You paid ${formatMoney(paid, currency)}.`;
}

/** The seller's page, when it is one: ours is this page itself, and nothing but http(s) is followed. */
function onwardsFrom(checkout: Checkout, token: string | null): string | undefined {
  const url = URL.parse(checkout.success_url);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  if (url.origin === window.location.origin && url.pathname.startsWith('/checkout/')) return undefined;
  if (token !== null) url.searchParams.set('customer_session_token', token);
  return url.href;
}
