/** What the next charge of a subscription comes to, with all that waits for it, and what it is made of. */
import { useQuery } from '@tanstack/react-query';
import type { Subscription } from '../api/portal-subscriptions.ts';
import { formatDate } from '../format/dates.ts';
import { formatMoney } from '../format/money.ts';
import { Amounts } from './amounts.tsx';
import { usePortal } from './context.ts';
import { nextOf } from './subscription-words.ts';

export function NextCharge({ subscription }: { subscription: Subscription }) {
  const { portal } = usePortal();
  const { status, pause_at_period_end: isPausing } = subscription;
  const { data } = useQuery({
    queryKey: ['portal', 'charge-preview', subscription.id],
    queryFn: () => portal.previewCharge(subscription.id),
    enabled: ['active', 'trialing'].includes(status) && !isPausing,
  });
  const words = nextOf(subscription);
  const plainly = words === '' ? null : <p className="soft">{words}</p>;
  if (data === undefined || data.charged_at === null) return plainly;
  const charge = formatMoney(data.due_amount, data.currency);
  const date = formatDate(data.charged_at);
  const isPlain = data.due_amount === subscription.amount && data.lines.length === 1;
  if (data.lines.length === 0 || (isPlain && subscription.amount === 0)) return plainly;
  return (
    <div className="stack-tight">
      <p className="soft">
        {subscription.cancel_at_period_end && data.charged_at === subscription.current_period_end
          ? `Yours until ${date}. A last charge of ${charge} comes then.`
          : status === 'trialing'
            ? `Free until ${date}, then charged ${charge}.`
            : `Next charge: ${charge} on ${date}.`}
      </p>
      {!isPlain && (
        <details>
          <summary className="small">What it is made of</summary>
          <Amounts amounts={data} label={`Charged on ${date}`} />
        </details>
      )}
    </div>
  );
}
