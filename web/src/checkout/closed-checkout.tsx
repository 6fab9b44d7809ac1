/** A checkout that can no longer be bought from, and where to go instead. */
import { PlainPage } from '../parts/plain-page.tsx';

export type ClosedBecause = 'expired' | 'missing' | 'failed';

const TITLES: Record<ClosedBecause, string> = {
  expired: 'This checkout has expired',
  missing: 'There is no such checkout',
  failed: 'This checkout did not go through',
};
const WORDS: Record<ClosedBecause, string> = {
  expired: 'Checkouts stay open for a limited time. You have not been charged; start again from the shop.',
  missing: 'The link may have been cut off on its way. Open it again from where you found it.',
  failed: 'You have not been charged. Start again from the shop, perhaps with another card.',
};

export function ClosedCheckout({ why, returnUrl = null }: { why: ClosedBecause; returnUrl?: string | null }) {
  return (
    <PlainPage title={TITLES[why]}>
      <p>{WORDS[why]}</p>
      {returnUrl !== null && (
        <div>
          <a className="button" href={returnUrl}>
            Back to the shop
          </a>
        </div>
      )}
    </PlainPage>
  );
}
