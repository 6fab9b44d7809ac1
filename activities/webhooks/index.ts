/** Sends webhooks. */
import type { Dependencies } from '../dependencies.ts';
import { receiverConnections } from './connections.ts';
import type { Delivering } from './dependencies.ts';
import { forgetOldWebhooks } from './forget-old.ts';
import { giveUp } from './give-up.ts';
import { poster } from './post.ts';
import { retryPauses } from './retry-pauses.ts';
import { type SendAgain, sendAgain } from './send-again.ts';
import { sendPending } from './send-pending.ts';

export function webhookActivities({ orm, environment }: Pick<Dependencies, 'orm' | 'environment'>) {
  const connections = receiverConnections({ allowPrivateAddresses: environment.WEBHOOKS_ALLOW_PRIVATE_ADDRESSES });
  const delivering: Delivering = { orm, environment, post: poster(connections) };
  return {
    sendPending: (input: Parameters<typeof sendPending>[1]) => sendPending(delivering, input),
    sendAgain: (input: SendAgain) => sendAgain(delivering, input),
    giveUp: (input: Parameters<typeof giveUp>[1]) => giveUp(delivering, input),
    retryPauses: () => retryPauses(delivering),
    forgetOldWebhooks: () => forgetOldWebhooks(delivering),
  };
}
