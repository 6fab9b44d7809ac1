/** Saves a further card of a customer, through 3-D Secure where the bank asks for it. */
import { allHandlersFinished, condition, patched, setHandler } from '@temporalio/workflow';
import type { CardSetupOutcome } from '../activities/stripe/card-setup.ts';
import * as messages from './card-setup.messages.ts';
import { processor, processorReads, steering } from './proxies.ts';

/** A bank's answer is waited for this long; the customer can begin again at any time. */
const PATIENCE = 24 * 60 * 60_000;

export async function cardSetup(start: messages.CardSetupStart): Promise<void> {
  let outcome: messages.SavedCard | null = null;
  let looks = 0;
  let heard = false;
  const answer = async (): Promise<messages.SavedCard> => {
    await condition(() => outcome !== null);
    return outcome as unknown as messages.SavedCard;
  };
  setHandler(messages.saved, answer);
  setHandler(messages.lookAgain, async () => {
    const seen = looks;
    heard = true;
    await condition(() => looks > seen || (outcome !== null && outcome.status !== 'action_required'));
    return answer();
  });
  setHandler(messages.cardSetupProcessorEvent, () => {
    heard = true;
  });

  const at = start.clockNow ?? Date.now();
  const { setupId, customerId } = start;
  outcome = await keep(start, await processor.setUpCard({ ...start, at }), at);
  const giveUpAt = Date.now() + PATIENCE;
  for (let pause = 10_000; outcome.status === 'action_required' && Date.now() < giveUpAt; ) {
    await condition(() => heard, pause, { summary: 'until the bank has answered' });
    heard = false;
    pause = Math.min(pause * 2, 600_000);
    outcome = await keep(start, await processorReads.readCardSetup({ setupId, intentId: outcome.intentId }), at);
    looks += 1;
  }
  // By now the transaction that makes a card the default sees to it.
  if (!patched('tried-by-choice') && outcome.status === 'saved' && outcome.isDefault) {
    await steering.retryUnpaid({ customerId, cause: outcome.paymentMethodId });
  }
  await condition(allHandlersFinished);
}

async function keep(
  start: messages.CardSetupStart,
  outcome: CardSetupOutcome,
  at: number,
): Promise<messages.SavedCard> {
  if (outcome.status !== 'succeeded') return outcome;
  const { setupId, customerId, setDefault } = start;
  const { stripePaymentMethodId } = outcome;
  const kept = await processorReads.keepCard({ setupId, customerId, stripePaymentMethodId, setDefault, at });
  return { status: 'saved', ...kept };
}
