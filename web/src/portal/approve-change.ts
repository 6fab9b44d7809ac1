/** A change that the customer's bank wants to be asked about first: leads them there, and asks afterwards how it went. */
import type { Processor } from '../api/catalog.ts';
import { ApiFailure, isPassing } from '../api/client.ts';
import type { Portal } from '../api/portal.ts';
import type { Subscription, Wish } from '../api/portal-subscriptions.ts';
import { authenticate } from '../checkout/card/authenticate.ts';
import type { Saying } from './context.ts';
import type { ChangeReturn } from './session.ts';

export const WAITING: Saying = { tone: 'good', text: 'Your plan changes as soon as your bank has approved it.' };
export const CHANGED: Saying = { tone: 'good', text: 'Thank you, your bank has approved it. Your plan is changed.' };

/** Throws `ApiFailure` where it comes to nothing. Never answers where the browser leaves for the bank's page. */
export async function changeWithBank(
  portal: Portal,
  via: Processor | undefined,
  id: string,
  wish: Wish,
): Promise<Subscription | 'waiting'> {
  try {
    return await portal.changeTerms(id, wish);
  } catch (failure) {
    const secret = secretIn(failure);
    if (secret === undefined || via === undefined) throw failure;
    return atBank(portal, via, id, secret);
  }
}

/** Later, and maybe from another tab, where the bank was not asked to the end. */
export async function continueAtBank(
  portal: Portal,
  via: Processor | undefined,
  id: string,
  paymentIntent: string,
): Promise<Subscription | 'waiting'> {
  const { status, error, client_secret: secret } = await portal.confirmChange(id, paymentIntent);
  if (status === 'succeeded') return portal.subscription(id);
  if (status !== 'requires_action' || secret == null || via === undefined) throw notApproved(error);
  return atBank(portal, via, id, secret);
}

async function atBank(portal: Portal, via: Processor, id: string, secret: string): Promise<Subscription | 'waiting'> {
  const answer = await authenticate(via, secret);
  if (answer.kind === 'leaving') return new Promise(() => {});
  const { status, error } = await portal.confirmChange(id, secret.slice(0, secret.indexOf('_secret')));
  if (status === 'succeeded') return portal.subscription(id);
  if (status === 'requires_action' && answer.kind === 'done') return 'waiting';
  throw notApproved(answer.kind === 'failed' ? answer.reason : error);
}

const notApproved = (reason: string | null | undefined): ApiFailure =>
  new ApiFailure({ kind: 'declined', detail: reason ?? 'Your bank did not approve it.' });

function secretIn(failure: unknown): string | undefined {
  if (!(failure instanceof ApiFailure) || failure.error.kind !== 'declined') return undefined;
  return failure.error.clientSecret;
}

/** Back from the bank's page. */
export async function finishChange(portal: Portal, { subscriptionId, paymentIntent }: ChangeReturn): Promise<Saying> {
  try {
    const { status, error } = await portal.confirmChange(subscriptionId, paymentIntent);
    if (status === 'succeeded') return CHANGED;
    if (status === 'requires_action') return WAITING;
    return { tone: 'danger', text: `Nothing was charged, and your plan is as it was. ${error ?? ''}`.trimEnd() };
  } catch (failure) {
    if (!(failure instanceof ApiFailure)) throw failure;
    // Not being able to ask says nothing of the payment.
    if (isPassing(failure)) return WAITING;
    return { tone: 'danger', text: `Your plan could not be changed. ${failure.error.detail}` };
  }
}
