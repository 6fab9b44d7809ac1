/** What may be asked of the saving of a card. */
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { KeptCard, SetUpCard } from '../activities/stripe/card-setup.ts';

/** Answers when the card is saved or refused, or the customer has something to do at their bank. */
export const saved = defineUpdate<SavedCard>('saved');
/** Asks the processor again: the customer says that they have done it. */
export const lookAgain = defineUpdate<SavedCard>('lookAgain');
export const cardSetupProcessorEvent = defineSignal<[{ objectId: string }]>('processorEvent');

export type SavedCard =
  | ({ readonly status: 'saved' } & KeptCard)
  | { readonly status: 'action_required'; readonly intentId: string }
  | { readonly status: 'declined'; readonly reason: string; readonly message: string };

export interface CardSetupStart extends Omit<SetUpCard, 'at'> {
  readonly organizationId: string;
  /** What the customer's test clock shows, ms since 1970; null: real time. */
  readonly clockNow: number | null;
}
