/** Between Pay and the outcome: usually a second; longer when a bank thinks, or waits for its customer. */
import { useEffect, useState } from 'react';
import type { Checkout } from '../api/checkouts.ts';
import { Button } from '../parts/button.tsx';
import { Notice } from '../parts/notice.tsx';
import { PlainPage } from '../parts/plain-page.tsx';
import { authenticate } from './card/authenticate.ts';
import { processorOf, waitingForBank } from './processor.ts';

const SLOW_AFTER_MS = 15_000;

interface SettlingProps {
  readonly checkout: Checkout | undefined;
  readonly isBackFromBank: boolean;
}

export function Settling({ checkout, isBackFromBank }: SettlingProps) {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  const waiting = checkout === undefined || isBackFromBank ? undefined : waitingForBank(checkout);
  if (checkout !== undefined && waiting !== undefined) return <AtTheBank checkout={checkout} clientSecret={waiting} />;
  return (
    <PlainPage title="Confirming your payment">
      <p role="status" className="row">
        <span className="spinner" aria-hidden="true" /> This takes a moment. Please keep the page open.
      </p>
      {isSlow && (
        <Notice tone="warning" title="It is taking longer than usual">
          <p>Your bank may still be checking. You can come back to this address later: the outcome will be here.</p>
        </Notice>
      )}
    </PlainPage>
  );
}

/** For whoever left the bank's page half way: the payment still waits for their word. */
function AtTheBank({ checkout, clientSecret }: { checkout: Checkout; clientSecret: string }) {
  const [isBusy, setBusy] = useState(false);
  const [reason, setReason] = useState<string | null>(null);
  async function go() {
    const processor = processorOf(checkout);
    if (processor === undefined) return;
    setBusy(true);
    const answer = await authenticate(processor, clientSecret);
    if (answer.kind !== 'leaving') setBusy(false);
    setReason(answer.kind === 'failed' ? answer.reason : null);
  }
  return (
    <PlainPage title="Your bank wants to hear from you">
      <p>The payment for {checkout.product?.name} waits until you approve it at your bank.</p>
      {reason !== null && <Notice tone="danger">{reason}</Notice>}
      <div>
        <Button look="primary" busy={isBusy} onClick={() => void go()}>
          Go to my bank
        </Button>
      </div>
    </PlainPage>
  );
}
