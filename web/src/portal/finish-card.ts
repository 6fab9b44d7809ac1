/** After the customer has been at their bank with a new card: asks whether it is saved, and says how that went. */
import { ApiFailure, isPassing } from '../api/client.ts';
import type { Portal } from '../api/portal.ts';
import type { Saying } from './context.ts';

export const ADDED: Saying = { tone: 'good', text: 'Your card was added.' };
const WAITING: Saying = { tone: 'good', text: 'Your card appears here as soon as your bank has approved it.' };

export async function finishCard(portal: Portal, setupIntent: string, isDefault: boolean): Promise<Saying> {
  try {
    const { status } = await portal.confirmPaymentMethod(setupIntent, isDefault);
    return status === 'succeeded' ? ADDED : WAITING;
  } catch (failure) {
    if (!(failure instanceof ApiFailure)) throw failure;
    // Not being able to ask says nothing of the card, which is saved all the same.
    if (isPassing(failure)) return WAITING;
    return { tone: 'danger', text: `The card could not be added. ${failure.error.detail}` };
  }
}
