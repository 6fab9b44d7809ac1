/** /portal/:slug/claim. The link of an invitation: a click takes the seat, and opens the portal. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { ApiFailure } from '../api/client.ts';
import { claimSeat, seatOffer } from '../api/seat-claim.ts';
import { Button } from '../parts/button.tsx';
import { Loading } from '../parts/loading.tsx';
import { PlainPage } from '../parts/plain-page.tsx';
import { TroublePage } from '../parts/trouble-page.tsx';
import { Failure } from './failure.tsx';
import { keepSession, takeInvitation } from './session.ts';

export default function ClaimSeatPage({ slug }: { slug: string }) {
  const [token] = useState(takeInvitation);
  const [, go] = useLocation();
  const offer = useQuery({
    queryKey: ['seat-offer', token],
    queryFn: ({ signal }) => seatOffer(token, signal),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: token !== '',
  });
  // Only by a click: programs that look at e-mails open links too.
  const claim = useMutation({
    mutationFn: () => claimSeat(token),
    onSuccess: (session) => {
      keepSession(slug, session);
      go(`/portal/${slug}`, { replace: true });
    },
  });

  if (token === '' || isGone(offer.error) || offer.data?.can_claim === false) return <NoSeat />;
  if (offer.error !== null) {
    return <TroublePage failure={offer.error} retrying={offer.isFetching} onRetry={() => void offer.refetch()} />;
  }
  if (offer.data === undefined) {
    return (
      <main className="page">
        <Loading what="your invitation" />
      </main>
    );
  }
  const { product_name: product, organization_name: seller, customer_email: email } = offer.data;
  return (
    <PlainPage title={`Your seat of ${product}`}>
      <p>
        A seat of {product}, sold by {seller}, is waiting for <strong>{email}</strong>. It costs you nothing, and all
        that belongs to it is yours once you take it.
      </p>
      {claim.error !== null && <Failure title="The seat was not taken" failure={claim.error} />}
      <div>
        <Button look="primary" busy={claim.isPending} onClick={() => claim.mutate()}>
          Take your seat
        </Button>
      </div>
    </PlainPage>
  );
}

const isGone = (failure: Error | null) => failure instanceof ApiFailure && failure.error.kind === 'missing';

function NoSeat() {
  return (
    <PlainPage title="This invitation doesn’t work any more">
      <p>It was used, has expired, or was taken back. Ask whoever invited you to send another.</p>
    </PlainPage>
  );
}
