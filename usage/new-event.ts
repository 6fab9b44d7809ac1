/** An event on its way in: checked, but not yet known to be new. */

import type { Tally } from '../billing/aggregations.ts';
import type { CustomerId, EventId, MemberId, OrganizationId } from '../billing/ids.ts';
import type { Subject } from './subjects.ts';

export interface NewEvent {
  readonly subject: Subject;
  readonly customerId: CustomerId | null;
  readonly externalCustomerId: string | null;
  readonly memberId: MemberId | null;
  readonly externalMemberId: string | null;
  readonly name: string;
  readonly source: 'system' | 'user';
  /** ms since 1970; where it stands on charts. */
  readonly timestamp: number;
  /** The merchant's own id: an organization's second event of the same is dropped. */
  readonly externalId: string | null;
  readonly parentId: EventId | null;
  /** In its place: the merchant's own id of an event that comes in with this one. */
  readonly parentExternalId?: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Written all together, or not at all. */
export interface EventBatch {
  readonly organizationId: OrganizationId;
  readonly events: readonly NewEvent[];
}

export interface WrittenBatch {
  readonly inserted: number;
  readonly duplicates: number;
}

/** What an account holds of a running period, once events were added to it. */
export interface Usage {
  readonly subject: Subject;
  readonly meterId: string;
  readonly tally: Tally;
}
