import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { MeterId, OrganizationId } from '../../billing/ids.ts';
import { instant } from './columns.ts';

/** How far a meter has got with the events that came in before it was made. */
export const MeterBackfill = defineEntity({
  name: 'MeterBackfill',
  tableName: 'meter_backfills',
  properties: {
    meterId: p.uuid().$type<MeterId>().primary(),
    organizationId: p.uuid().$type<OrganizationId>(),
    startedAt: instant(),
    /** What came in from then on is counted as it comes. */
    receivedBefore: p.datetime(6),
    /** The last event that was looked at, in the order of timestamps and ids; null: none yet. */
    afterTimestamp: instant().nullable(),
    afterId: p.uuid().nullable(),
    /** Events of the organization that it has looked at, and those of them that the meter counts. */
    looked: p.bigint('number').default(0),
    counted: p.bigint('number').default(0),
    finishedAt: instant().nullable(),
  },
});
export type MeterBackfillRow = InferEntity<typeof MeterBackfill>;
