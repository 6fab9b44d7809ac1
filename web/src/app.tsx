/** Which page an address shows. */
import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { CheckoutPage } from './checkout/checkout-page.tsx';
import { ConfirmationPage } from './checkout/confirmation-page.tsx';
import { IndexPage } from './index-page.tsx';
import { Loading } from './parts/loading.tsx';
import { PlainPage } from './parts/plain-page.tsx';

const PortalPage = lazy(() => import('./portal/portal-page.tsx'));
const VerifyEmailPage = lazy(() => import('./portal/verify-email-page.tsx'));
const ClaimSeatPage = lazy(() => import('./portal/claim-seat-page.tsx'));
const ShopPage = lazy(() => import('./shop/shop-page.tsx'));

export function App() {
  return (
    <Suspense fallback={<Loading what="the page" />}>
      <Switch>
        <Route path="/">
          <IndexPage />
        </Route>
        <Route path="/checkout/:clientSecret">
          {({ clientSecret }) => <CheckoutPage key={clientSecret} clientSecret={clientSecret} />}
        </Route>
        <Route path="/checkout/:clientSecret/confirmation">
          {({ clientSecret }) => <ConfirmationPage key={clientSecret} clientSecret={clientSecret} />}
        </Route>
        <Route path="/portal/:slug">{({ slug }) => <PortalPage key={slug} slug={slug} />}</Route>
        <Route path="/portal/:slug/verify-email">{({ slug }) => <VerifyEmailPage key={slug} slug={slug} />}</Route>
        <Route path="/portal/:slug/claim">{({ slug }) => <ClaimSeatPage key={slug} slug={slug} />}</Route>
        <Route path="/shop/:slug">{({ slug }) => <ShopPage key={slug} slug={slug} />}</Route>
        <Route>
          <PlainPage title="There is no such page">
            <p>
              The address may be mistyped, or the page has moved. <a href="/">Start here</a>.
            </p>
          </PlainPage>
        </Route>
      </Switch>
    </Suspense>
  );
}
