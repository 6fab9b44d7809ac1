/** What may be asked of a grant's process. */
import { defineSignal } from '@temporalio/workflow';
import type { GrantId } from '../billing/ids.ts';

/** Billing wants something else of the grant, or wants it tried again. */
export const wake = defineSignal('wake');

export interface GrantStart {
  readonly grantId: GrantId;
}
