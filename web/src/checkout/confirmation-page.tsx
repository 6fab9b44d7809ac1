/** /checkout/:clientSecret/confirmation. Waits for the outcome: thanks and what was bought, or back to the checkout. */
import { useQuery } from '@tanstack/react-query';
import { Redirect, useSearchParams } from 'wouter';
import { useHistoryState } from 'wouter/use-browser-location';
import { getCheckout } from '../api/checkouts.ts';
import { ApiFailure } from '../api/client.ts';
import { TroublePage } from '../parts/trouble-page.tsx';
import { useAppearance } from './appearance.ts';
import { ClosedCheckout } from './closed-checkout.tsx';
import { useTellHost } from './frame.tsx';
import { Settling } from './settling.tsx';
import { Thanks } from './thanks.tsx';

const REFUSED = 'Your bank did not approve the payment.';
const UNPAID = 'The payment was not completed.';

export function ConfirmationPage({ clientSecret }: { clientSecret: string }) {
  const [search] = useSearchParams();
  const { reason } = useHistoryState<{ reason?: string } | null>() ?? {};
  const { data, error, isFetching, isFetchedAfterMount, refetch } = useQuery({
    queryKey: ['checkout', clientSecret],
    queryFn: ({ signal }) => getCheckout(clientSecret, signal),
    refetchInterval: ({ state }) => {
      if (state.data !== undefined && state.data.status !== 'confirmed') return false;
      return state.dataUpdateCount < 15 ? 700 : 2500;
    },
    refetchIntervalInBackground: true,
  });
  useAppearance(data);
  useTellHost(data, 'loaded');
  useTellHost(data, 'confirmed', data?.status === 'confirmed' || data?.status === 'succeeded');
  if (error !== null && (data === undefined || !isFetchedAfterMount)) {
    const kind = error instanceof ApiFailure ? error.error.kind : 'broken';
    if (kind === 'expired') return <ClosedCheckout why="expired" />;
    if (kind === 'missing' || kind === 'invalid') return <ClosedCheckout why="missing" />;
    return <TroublePage failure={error} retrying={isFetching} onRetry={() => void refetch()} />;
  }
  // What an earlier page knew may be from before the purchase.
  if (data === undefined || !isFetchedAfterMount) return <Settling checkout={undefined} isBackFromBank={false} />;
  switch (data.status) {
    case 'succeeded':
      return <Thanks checkout={data} />;
    case 'confirmed':
      return <Settling checkout={data} isBackFromBank={search.has('redirect_status')} />;
    case 'open':
    case 'failed': {
      const said = data.payment_processor_metadata.failure;
      const why = reason ?? said ?? (search.get('redirect_status') === 'failed' ? REFUSED : UNPAID);
      return <Redirect to={`/checkout/${clientSecret}`} replace state={{ reason: why }} />;
    }
    case 'expired':
      return <ClosedCheckout why="expired" returnUrl={data.return_url} />;
  }
}
