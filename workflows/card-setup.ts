/** Saves a further card of a customer, through 3-D Secure where the bank asks for it, and pays what is owed with it. */
import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import type { CardSetup } from '../activities/stripe/card-setup.ts';
import { type CardSetupStart, cardSetupOutcome, cardSetupProcessorEvent } from './card-setup.messages.ts';
import { processor, processorReads, steering } from './proxies.ts';

/** A bank's answer is waited for this long; the customer can begin again at any time. */
const PATIENCE = 24 * 60 * 60_000;

export async function cardSetup(start: CardSetupStart): Promise<void> {
  let outcome: CardSetup | null = null;
  let heard = false;
  setHandler(cardSetupOutcome, async () => {
    await condition(() => outcome !== null);
    return outcome as unknown as CardSetup;
  });
  setHandler(cardSetupProcessorEvent, () => {
    heard = true;
  });

  let setup: CardSetup = await processor.setUpCard(start);
  outcome = setup;
  const giveUpAt = Date.now() + PATIENCE;
  for (let pause = 10_000; setup.status === 'action_required' && Date.now() < giveUpAt; pause = Math.min(pause * 2, 600_000)) {
    await condition(() => heard, pause, { summary: 'until the bank has answered' });
    heard = false;
    setup = await processorReads.readCardSetup({ intentId: setup.intentId });
    outcome = setup;
  }
  if (setup.status === 'succeeded') {
    const { customerId, setDefault } = start;
    const { stripePaymentMethodId } = setup;
    await processorReads.keepCard({ customerId, stripePaymentMethodId, setDefault, at: start.clockNow ?? Date.now() });
    await steering.retryUnpaid({ customerId, cause: stripePaymentMethodId });
  }
  await condition(allHandlersFinished);
}
