/** The portal of a signed-in customer: its sections, and the line at the foot that says what just happened. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Shop } from '../api/organizations.ts';
import type { Customer, Portal } from '../api/portal.ts';
import { Button } from '../parts/button.tsx';
import { Loading } from '../parts/loading.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { ShopMark } from '../parts/shop-mark.tsx';
import { AddCard } from './add-card.tsx';
import { finishChange } from './approve-change.ts';
import { Balance } from './balance.tsx';
import { Benefits } from './benefits.tsx';
import { type PortalContent, PortalContext, type Saying } from './context.ts';
import { Details } from './details.tsx';
import { finishCard } from './finish-card.ts';
import { IncludedUsage } from './included-usage.tsx';
import { LicenseKeys } from './license-keys.tsx';
import { Orders } from './orders.tsx';
import { PayDialog } from './pay-dialog.tsx';
import { PaymentMethods } from './payment-methods.tsx';
import { takeBankReturn, takeChangeReturn } from './session.ts';
import { Subscriptions } from './subscriptions.tsx';
import { MySeats } from './team/my-seats.tsx';
import { People } from './team/people.tsx';
import { Seats } from './team/seats.tsx';
import { Toast } from './toast.tsx';
import { useRefresh } from './use-refresh.ts';

interface OpenPortalProps {
  readonly shop: Shop;
  readonly customer: Customer;
  readonly portal: Portal;
  readonly onSignOut: () => void;
}

export function OpenPortal({ shop, customer, portal, onSignOut }: OpenPortalProps) {
  const [saying, setSaying] = useState<Saying | null>(null);
  const [isAddingCard, setAddingCard] = useState(false);
  const [unpaid, setUnpaid] = useState<string | null>(null);
  const { organization } = shop;
  const me = useQuery({ queryKey: ['portal', 'me'], queryFn: () => portal.team.me() });
  const content = useMemo<PortalContent>(
    () => ({
      slug: organization.slug,
      portal,
      shop,
      say: setSaying,
      addCard: () => setAddingCard(true),
      pay: setUnpaid,
    }),
    [organization.slug, portal, shop],
  );
  useBankReturn(portal, setSaying, setUnpaid);

  return (
    <PortalContext value={content}>
      <header className="top-bar">
        <div className="row apart">
          <ShopMark organization={organization} />
          <div className="row">
            <span className="soft small">{me.data?.email ?? customer.email}</span>
            <Button small onClick={onSignOut}>
              Sign out
            </Button>
          </div>
        </div>
      </header>
      <main className="page">
        <PageTitle tab={`Your purchases · ${organization.name}`}>Your purchases</PageTitle>
        {me.data === undefined ? (
          <Loading what="your purchases" lines={5} />
        ) : me.data.role === 'member' ? (
          <div className="portal-columns">
            <div>
              <MySeats />
              <LicenseKeys />
              <Benefits />
            </div>
          </div>
        ) : (
          <div className="portal-columns">
            <div>
              <Subscriptions />
              <Seats />
              <LicenseKeys />
              <Benefits />
              <Orders />
            </div>
            <div>
              <IncludedUsage />
              <Balance />
              <PaymentMethods defaultId={customer.default_payment_method_id ?? null} />
              {/* Who buys for themselves alone has no team. */}
              {customer.type === 'team' && <People me={me.data} />}
              <Details customer={customer} isOwner={me.data.role === 'owner'} />
            </div>
          </div>
        )}
      </main>
      {isAddingCard && <AddCard customer={customer} onClose={() => setAddingCard(false)} />}
      {unpaid !== null && <PayDialog orderId={unpaid} customer={customer} onClose={() => setUnpaid(null)} />}
      <Toast saying={saying} onClose={() => setSaying(null)} />
    </PortalContext>
  );
}

/** Finishes the change or the card that a bank's page was asked about, and goes on with the order that the card is to pay. */
function useBankReturn(portal: Portal, say: (saying: Saying) => void, pay: (orderId: string) => void) {
  const queries = useQueryClient();
  const refresh = useRefresh();
  const isTaken = useRef(false);
  useEffect(() => {
    if (isTaken.current) return;
    isTaken.current = true;
    const change = takeChangeReturn();
    if (change !== null) {
      void finishChange(portal, change).then(async (saying) => {
        say(saying);
        // Also later: what was read first may have been on its way before the change was made.
        await refresh();
      });
      return;
    }
    const found = takeBankReturn();
    if (found === null) return;
    if (!found.hasApproved)
      return say({ tone: 'danger', text: 'Your bank did not approve the card; it was not added.' });
    // A default card is tried by itself; here the customer does so, once they have seen that it is there.
    const isDefault = found.isDefault && found.orderId === null;
    void finishCard(portal, found.setupIntent, isDefault).then(async (saying) => {
      say(saying);
      await queries.invalidateQueries({ queryKey: ['portal'] });
      if (found.orderId !== null && saying.tone === 'good') pay(found.orderId);
    });
  }, [portal, say, pay, queries, refresh]);
}
