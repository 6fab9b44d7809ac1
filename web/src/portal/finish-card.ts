/** After the bank has approved a new card: sees to it that it is saved, and says how that went. */
import { ApiFailure } from '../api/client.ts';
import type { Portal } from '../api/portal.ts';
import type { Saying } from './context.ts';

export const ADDED: Saying = { tone: 'good', text: 'Your card was added.' };
const APPROVED: Saying = { tone: 'good', text: 'Your bank has approved the card. It appears here in a moment.' };

export async function finishCard(portal: Portal, setupIntent: string, isDefault: boolean): Promise<Saying> {
  try {
    const { status } = await portal.confirmPaymentMethod(setupIntent, isDefault);
    return status === 'succeeded' ? ADDED : APPROVED;
  } catch (failure) {
    if (!(failure instanceof ApiFailure)) throw failure;
    // The processor's own message may have been faster: then nothing waits any more, and the card is there.
    if (failure.error.kind === 'refused') return APPROVED;
    return { tone: 'danger', text: `The card could not be added. ${failure.error.detail}` };
  }
}
