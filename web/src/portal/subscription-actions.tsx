/** What a customer can do with a subscription, as its state and its shop allow. */
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Subscription } from '../api/portal-subscriptions.ts';
import { Button } from '../parts/button.tsx';
import { CancelDialog } from './cancel-dialog.tsx';
import { ChangePlanDialog } from './change-plan-dialog.tsx';
import { ChangeSeatsDialog } from './change-seats-dialog.tsx';
import { usePortal } from './context.ts';
import { PauseDialog } from './pause-dialog.tsx';
import { plansFor } from './plans.ts';
import { ResumeDialog } from './resume-dialog.tsx';
import { isCancelable, isChangeable } from './subscription-words.ts';
import { useRefresh } from './use-refresh.ts';

const NOTHING = { update_plan: false, update_seats: false, pause: false };

type Asking = 'plan' | 'seats' | 'pause' | 'resume' | 'cancel';

export function SubscriptionActions({ subscription }: { subscription: Subscription }) {
  const { portal, shop } = usePortal();
  const [asking, setAsking] = useState<Asking | null>(null);
  const close = () => setAsking(null);
  const { name } = subscription.product;
  const { allow_customer_updates: mayChange, customer_portal_settings: settings } = shop.organization;
  const allowed = mayChange ? settings.subscription : NOTHING;
  const keep = useTakeBack(() => portal.uncancel(subscription.id), name);
  const unpause = useTakeBack(() => portal.unpause(subscription.id), name);

  const plans = allowed.update_plan && isChangeable(subscription) ? plansFor(subscription, shop) : [];
  const seatPrice = subscription.prices.find(({ seat_tiers: tiers }) => tiers !== undefined);
  const hasSeats = allowed.update_seats && isChangeable(subscription) && seatPrice !== undefined;
  const mayPause = allowed.pause === true;
  const of = <span className="unseen">: {name}</span>;

  return (
    <div className="row">
      {subscription.cancel_at_period_end && (
        <Button look="primary" small busy={keep.isPending} onClick={() => keep.mutate()}>
          Keep subscription{of}
        </Button>
      )}
      {mayPause && subscription.status === 'paused' && (
        <Button look="primary" small onClick={() => setAsking('resume')}>
          Resume{of}
        </Button>
      )}
      {mayPause && subscription.pause_at_period_end && (
        <Button look="primary" small busy={unpause.isPending} onClick={() => unpause.mutate()}>
          Don’t pause{of}
        </Button>
      )}
      {plans.length > 0 && (
        <Button small onClick={() => setAsking('plan')}>
          Change plan{of}
        </Button>
      )}
      {hasSeats && (
        <Button small onClick={() => setAsking('seats')}>
          Change seats{of}
        </Button>
      )}
      {mayPause && isChangeable(subscription) && (
        <Button small onClick={() => setAsking('pause')}>
          Pause{of}
        </Button>
      )}
      {isCancelable(subscription) && (
        <Button small onClick={() => setAsking('cancel')}>
          Cancel subscription{of}
        </Button>
      )}
      {asking === 'plan' && <ChangePlanDialog subscription={subscription} plans={plans} onClose={close} />}
      {asking === 'seats' && seatPrice !== undefined && (
        <ChangeSeatsDialog subscription={subscription} price={seatPrice} onClose={close} />
      )}
      {asking === 'pause' && (
        <PauseDialog subscription={subscription} onClose={close} onUndo={() => unpause.mutate()} />
      )}
      {asking === 'resume' && <ResumeDialog subscription={subscription} onClose={close} />}
      {asking === 'cancel' && <CancelDialog subscription={subscription} onClose={close} onUndo={() => keep.mutate()} />}
    </div>
  );
}

/** Takes back what was set for the period's end, and says so. */
function useTakeBack(take: () => Promise<unknown>, name: string) {
  const { say } = usePortal();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: take,
    onSuccess: () => say({ tone: 'good', text: `${name} goes on.` }),
    onError: (failure) => say({ tone: 'danger', text: `${name} could not be kept. ${failure.message}` }),
    onSettled: refresh,
  });
}
