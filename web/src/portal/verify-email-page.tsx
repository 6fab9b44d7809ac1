/** /portal/:slug/verify-email. The link from the e-mail to a new address: a click makes it the customer's, and opens the portal. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { ApiFailure } from '../api/client.ts';
import { checkEmailLink, verifyEmail } from '../api/portal-email.ts';
import { Button } from '../parts/button.tsx';
import { Loading } from '../parts/loading.tsx';
import { Notice } from '../parts/notice.tsx';
import { PlainPage } from '../parts/plain-page.tsx';
import { TroublePage } from '../parts/trouble-page.tsx';
import { keepSession, takeEmailToken } from './session.ts';

export default function VerifyEmailPage({ slug }: { slug: string }) {
  const [token] = useState(takeEmailToken);
  const [, go] = useLocation();
  const link = useQuery({
    queryKey: ['email-link', token],
    queryFn: ({ signal }) => checkEmailLink(token, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  // Only by a click: programs that look at e-mails open links too.
  const verify = useMutation({
    mutationFn: () => verifyEmail(token),
    onSuccess: (session) => {
      keepSession(slug, session);
      go(`/portal/${slug}`, { replace: true });
    },
  });

  const failure = verify.error ?? link.error;
  if (failure instanceof ApiFailure && ['unauthorized', 'invalid'].includes(failure.error.kind)) {
    return <NotConfirmed isTaken={failure === verify.error && failure.error.kind === 'invalid'} />;
  }
  if (link.error !== null) {
    return <TroublePage failure={link.error} retrying={link.isFetching} onRetry={() => void link.refetch()} />;
  }
  if (link.isPending) {
    return (
      <main className="page">
        <Loading what="your link" />
      </main>
    );
  }
  return (
    <PlainPage title="Confirm your e-mail address">
      <p>From then on, everything about your purchases goes to this address.</p>
      {verify.error !== null && (
        <Notice tone="danger" title="It was not confirmed">
          <p>{verify.error.message}</p>
        </Notice>
      )}
      <div>
        <Button look="primary" busy={verify.isPending} onClick={() => verify.mutate()}>
          Use this address
        </Button>
      </div>
    </PlainPage>
  );
}

function NotConfirmed({ isTaken }: { isTaken: boolean }) {
  return isTaken ? (
    <PlainPage title="This address is in use">
      <p>Another customer has it in the meantime. Your address stays as it was.</p>
    </PlainPage>
  ) : (
    <PlainPage title="This link doesn’t work any more">
      <p>
        It was used, is older than an hour, or there is a newer one. Ask for another under “Details” in your portal.
      </p>
    </PlainPage>
  );
}
