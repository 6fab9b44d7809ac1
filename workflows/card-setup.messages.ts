/** What may be asked of the saving of a card. */
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CardSetup, SetUpCard } from '../activities/stripe/card-setup.ts';

/** Answers when the card is saved, refused, or the customer has something to do at their bank. */
export const cardSetupOutcome = defineUpdate<CardSetup>('outcome');
export const cardSetupProcessorEvent = defineSignal<[{ objectId: string }]>('processorEvent');

export interface CardSetupStart extends SetUpCard {
  readonly organizationId: string;
  /** What the customer's test clock shows, ms since 1970; null: real time. */
  readonly clockNow: number | null;
}
