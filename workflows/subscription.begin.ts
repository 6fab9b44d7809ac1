/** How a subscription's process begins: from its row, or by making it, unless what stands in the database forbids it. */
import { type ApplicationFailure, condition } from '@temporalio/workflow';
import type { LoadedSubscription } from '../activities/subscriptions/index.ts';
import { refusalIn } from './inbox.ts';
import { database } from './proxies.ts';
import type { SubscriptionStart } from './subscription.messages.ts';

export class Beginning {
  private refusal: ApplicationFailure | null = null;

  get isRefused(): boolean {
    return this.refusal !== null;
  }

  /** What its row says, which is made where there is none yet. Null where that is refused: there is nothing to live for. */
  async load(start: SubscriptionStart, isBegun: boolean, at: number): Promise<LoadedSubscription | null> {
    const { create, subscriptionId } = start;
    if (create === undefined || isBegun) return database.loadSubscription({ subscriptionId });
    try {
      return await database.createSubscription({ ...create, subscriptionId, at });
    } catch (error) {
      this.refusal = refusalIn(error);
      if (this.refusal === null) throw error;
      return null;
    }
  }

  /** For whoever began it: answers once it stands, and says why it doesn't. */
  async outcome(stands: () => boolean): Promise<void> {
    await condition(() => stands() || this.isRefused);
    if (this.refusal !== null) throw this.refusal;
  }
}
