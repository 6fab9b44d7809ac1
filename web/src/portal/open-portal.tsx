/** The portal of a signed-in customer: its sections, and the line at the foot that says what just happened. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Shop } from '../api/organizations.ts';
import type { Customer, Portal } from '../api/portal.ts';
import { Button } from '../parts/button.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { ShopMark } from '../parts/shop-mark.tsx';
import { AddCard } from './add-card.tsx';
import { Benefits } from './benefits.tsx';
import { type PortalContent, PortalContext, type Saying } from './context.ts';
import { Details } from './details.tsx';
import { finishCard } from './finish-card.ts';
import { LicenseKeys } from './license-keys.tsx';
import { Orders } from './orders.tsx';
import { PaymentMethods } from './payment-methods.tsx';
import { takeBankReturn } from './session.ts';
import { Subscriptions } from './subscriptions.tsx';
import { Toast } from './toast.tsx';

interface OpenPortalProps {
  readonly shop: Shop;
  readonly customer: Customer;
  readonly portal: Portal;
  readonly onSignOut: () => void;
}

export function OpenPortal({ shop, customer, portal, onSignOut }: OpenPortalProps) {
  const [saying, setSaying] = useState<Saying | null>(null);
  const [isAddingCard, setAddingCard] = useState(false);
  const { organization } = shop;
  const content = useMemo<PortalContent>(
    () => ({ slug: organization.slug, portal, shop, say: setSaying, addCard: () => setAddingCard(true) }),
    [organization.slug, portal, shop],
  );
  useBankReturn(portal, setSaying);

  return (
    <PortalContext value={content}>
      <header className="top-bar">
        <div className="row apart">
          <ShopMark organization={organization} />
          <div className="row">
            <span className="soft small">{customer.email}</span>
            <Button small onClick={onSignOut}>
              Sign out
            </Button>
          </div>
        </div>
      </header>
      <main className="page">
        <PageTitle tab={`Your purchases · ${organization.name}`}>Your purchases</PageTitle>
        <div className="portal-columns">
          <div>
            <Subscriptions />
            <LicenseKeys />
            <Benefits />
            <Orders />
          </div>
          <div>
            <PaymentMethods defaultId={customer.default_payment_method_id ?? null} />
            <Details customer={customer} />
          </div>
        </div>
      </main>
      {isAddingCard && <AddCard customer={customer} onClose={() => setAddingCard(false)} />}
      <Toast saying={saying} onClose={() => setSaying(null)} />
    </PortalContext>
  );
}

/** Finishes the card that a bank's page was asked about. */
function useBankReturn(portal: Portal, say: (saying: Saying) => void) {
  const queries = useQueryClient();
  const isTaken = useRef(false);
  useEffect(() => {
    if (isTaken.current) return;
    isTaken.current = true;
    const found = takeBankReturn();
    if (found === null) return;
    if (!found.hasApproved)
      return say({ tone: 'danger', text: 'Your bank did not approve the card; it was not added.' });
    void finishCard(portal, found.setupIntent, found.isDefault).then((saying) => {
      say(saying);
      return queries.invalidateQueries({ queryKey: ['portal'] });
    });
  }, [portal, say, queries]);
}
