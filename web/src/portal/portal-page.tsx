/** /portal/:slug. Signs the customer in by the token of their link, or says how to get one. */
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { ApiFailure } from '../api/client.ts';
import { getShop } from '../api/organizations.ts';
import { portalOf } from '../api/portal.ts';
import { Loading } from '../parts/loading.tsx';
import { PlainPage } from '../parts/plain-page.tsx';
import { TroublePage } from '../parts/trouble-page.tsx';
import { OpenPortal } from './open-portal.tsx';
import { closeSession, openSession } from './session.ts';
import { SignedOut } from './signed-out.tsx';

export default function PortalPage({ slug }: { slug: string }) {
  const [token, setToken] = useState(() => openSession(slug));
  const portal = useMemo(() => portalOf(token ?? ''), [token]);
  const shop = useQuery({ queryKey: ['shop', slug], queryFn: ({ signal }) => getShop(slug, signal) });
  const customer = useQuery({
    queryKey: ['portal', 'customer', token],
    queryFn: () => portal.customer(),
    enabled: token !== null,
  });

  const failure = shop.error ?? customer.error;
  if (failure instanceof ApiFailure && failure.error.kind === 'missing') {
    return (
      <PlainPage title="There is no such portal">
        <p>Check the address, or use the link in the seller’s e-mail.</p>
      </PlainPage>
    );
  }
  const isOver =
    customer.error instanceof ApiFailure && ['unauthorized', 'refused'].includes(customer.error.error.kind);
  if (token === null || isOver) {
    return <SignedOut shop={shop.data} why={isOver ? 'expired' : 'no-session'} />;
  }
  if (shop.data !== undefined && customer.data !== undefined) {
    function signOut() {
      closeSession(slug);
      setToken(null);
    }
    return <OpenPortal shop={shop.data} customer={customer.data} portal={portal} onSignOut={signOut} />;
  }
  if (failure !== null) {
    function retry() {
      void shop.refetch();
      void customer.refetch();
    }
    return <TroublePage failure={failure} retrying={shop.isFetching || customer.isFetching} onRetry={retry} />;
  }
  return (
    <main className="page">
      <Loading what="your purchases" lines={5} />
    </main>
  );
}
