/** /checkout/:clientSecret. What is bought on the left, who pays on the right; one page for each way it can be closed. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Redirect } from 'wouter';
import { useHistoryState } from 'wouter/use-browser-location';
import { type Checkout, type CheckoutChange, changeCheckout, getCheckout } from '../api/checkouts.ts';
import { ApiFailure } from '../api/client.ts';
import { Loading } from '../parts/loading.tsx';
import { Notice } from '../parts/notice.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { ShopMark } from '../parts/shop-mark.tsx';
import { TroublePage } from '../parts/trouble-page.tsx';
import { useAppearance } from './appearance.ts';
import { CheckoutForm } from './checkout-form.tsx';
import { ClosedCheckout } from './closed-checkout.tsx';
import { CloseFrame, useTellHost } from './frame.tsx';
import { ProductChoice } from './product-choice.tsx';
import { isUnheard, Quantity, type Wish } from './quantity.tsx';
import { Summary } from './summary.tsx';

export function CheckoutPage({ clientSecret }: { clientSecret: string }) {
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['checkout', clientSecret],
    queryFn: ({ signal }) => getCheckout(clientSecret, signal),
    // The form must not change under the fingers of whoever types; each change of it answers with the new state.
    refetchOnWindowFocus: false,
  });
  useAppearance(data);
  useTellHost(data, 'loaded');
  if (error !== null) {
    const kind = error instanceof ApiFailure ? error.error.kind : 'broken';
    if (kind === 'expired') return <ClosedCheckout why="expired" />;
    if (kind === 'missing' || kind === 'invalid') return <ClosedCheckout why="missing" />;
    if (data === undefined) return <TroublePage failure={error} retrying={isFetching} onRetry={() => void refetch()} />;
  }
  if (data === undefined) return <CheckoutSkeleton />;
  switch (data.status) {
    case 'open':
      return <OpenCheckout checkout={data} />;
    case 'confirmed':
    case 'succeeded':
      return <Redirect to={`/checkout/${clientSecret}/confirmation`} replace />;
    case 'expired':
      return <ClosedCheckout why="expired" returnUrl={data.return_url} />;
    case 'failed':
      return <ClosedCheckout why="failed" returnUrl={data.return_url} />;
  }
}

function OpenCheckout({ checkout }: { checkout: Checkout }) {
  const queries = useQueryClient();
  const { reason } = useHistoryState<{ reason?: string } | null>() ?? {};
  const pending = useRef<Promise<unknown>>(Promise.resolve());
  const secret = checkout.client_secret;
  /** One after the other, so that the last answer is the last state. */
  const change = {
    mutationFn: (wanted: CheckoutChange) => changeCheckout(secret, wanted),
    scope: { id: `checkout ${secret}` },
    onSuccess: (changed: Checkout) => queries.setQueryData(['checkout', secret], changed),
  };
  const move = useMutation(change);
  const [wish, setWish] = useState<string | null>(null);
  const choose = useMutation({ ...change, onError: () => setWish(null) });
  const tune = useMutation({ ...change, onError: () => want('wrong') });
  const priceId = checkout.product_price?.id;
  // With another price comes another form; what was typed into the last one is gone with it.
  const [typed, setTyped] = useState<{ readonly priceId: string | undefined; readonly wish: Wish } | null>(null);
  const wanted = typed !== null && typed.priceId === priceId ? typed.wish : null;
  const want = (next: Wish) => setTyped({ priceId, wish: next });

  return (
    <main className="checkout">
      <CloseFrame checkout={checkout} />
      <div className="checkout-summary">
        <div className="stack">
          <ShopMark organization={checkout.organization} />
          <PageTitle tab={`${checkout.product?.name ?? 'Checkout'} · ${checkout.organization.name}`}>
            {checkout.product?.name ?? 'Checkout'}
          </PageTitle>
          <ProductChoice
            checkout={checkout}
            chosen={wish ?? checkout.product?.id}
            onChoose={(id) => {
              setWish(id);
              choose.mutate({ product_id: id });
            }}
          />
          {choose.isError && (
            <Notice tone="danger" title="The plan could not be changed">
              <p>{choose.error.message}</p>
            </Notice>
          )}
          <Quantity
            checkout={checkout}
            error={tune.isError && wanted === 'wrong' ? tune.error.message : undefined}
            onWish={(next) => {
              tune.reset();
              want(next);
            }}
            onSettled={(next) => tune.mutate(next)}
          />
          <Summary checkout={checkout} />
          {checkout.return_url !== null && <a href={checkout.return_url}>Back to {checkout.organization.name}</a>}
        </div>
      </div>
      <div className="checkout-form">
        <CheckoutForm
          key={secret}
          checkout={checkout}
          earlierProblem={reason === undefined ? null : { kind: 'declined', reason }}
          isChanging={(wish !== null && wish !== checkout.product?.id) || isUnheard(wanted, checkout)}
          isQuantityWrong={wanted === 'wrong'}
          onBuyer={(told) => {
            const answer = move.mutateAsync(told);
            pending.current = answer.catch(() => null);
            return answer;
          }}
          settled={() => pending.current}
        />
      </div>
    </main>
  );
}

function CheckoutSkeleton() {
  return (
    <main className="checkout">
      <div className="checkout-summary">
        <Loading what="your checkout" lines={4} />
      </div>
      <div className="checkout-form">
        <Loading what="the payment form" lines={6} />
      </div>
    </main>
  );
}
