/** Why a payment did not go through, and what to do about it. */
import type { Checkout } from '../api/checkouts.ts';
import { formatMoney } from '../format/money.ts';
import { Notice } from '../parts/notice.tsx';
import { dueToday } from './sums.tsx';
import type { PaymentProblem } from './use-payment.ts';

export function PaymentNotice({ problem, checkout }: { problem: PaymentProblem; checkout: Checkout }) {
  switch (problem.kind) {
    case 'declined':
      return (
        <Notice tone="danger" title="The payment did not go through">
          <p>{problem.reason}</p>
          <p>Nothing was taken from your card. Check its details, or try another.</p>
        </Notice>
      );
    case 'refused':
      return (
        <Notice tone="danger" title="This can’t be bought just now">
          <p>{problem.reason}</p>
        </Notice>
      );
    case 'no_trial':
      return (
        <Notice tone="danger" title="There is no second trial">
          <p>{problem.reason}</p>
          <p>Nothing was taken from your card. Look at what is due today, and press the button again if you agree.</p>
        </Notice>
      );
    case 'unreachable':
      return (
        <Notice tone="danger" title="No connection">
          <p>The server could not be reached. Press the button again once you are online: you will be charged once.</p>
        </Notice>
      );
    case 'total_changed':
      return (
        <Notice tone="warning" title="The total has changed">
          <p>
            It follows from what you entered, or your balance has changed. Nothing was charged.{' '}
            {formatMoney(dueToday(checkout), checkout.currency)} is due now: press the button again if you agree.
          </p>
        </Notice>
      );
    case 'fields':
      return (
        <Notice tone="danger" title="Please check the form">
          <ul>
            {problem.fields.map(({ path, message }) => (
              <li key={path}>{message}</li>
            ))}
          </ul>
        </Notice>
      );
  }
}
