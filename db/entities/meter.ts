import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Aggregation } from '../../billing/aggregations.ts';
import type { Filter } from '../../billing/event-filters.ts';
import type { MeterId } from '../../billing/ids.ts';
import { instant, metadata, timestamps } from './columns.ts';
import { Organization } from './organization.ts';

/** What is counted of an organization's events, for each customer apart. */
export const Meter = defineEntity({
  name: 'Meter',
  tableName: 'meters',
  properties: {
    id: p.uuid().$type<MeterId>().primary(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    name: p.text(),
    unit: p.enum(['scalar', 'token', 'custom']).default('scalar'),
    /** Of a custom unit: its name, and how many are shown as one. */
    customLabel: p.text().nullable(),
    customMultiplier: p.integer().nullable(),
    filter: p.json<Filter>(),
    aggregation: p.json<Aggregation>(),
    metadata: metadata(),
    /** In percent of what a customer is credited with: who gets there is told of. Ascending. */
    thresholds: p.array<number>().columnType('int[]').defaultRaw(`'{}'`),
    /** It counts no more, and nothing new can be sold by it. */
    archivedAt: instant().nullable(),
    /** What was received after this has been counted as it came in; what came before, afterwards. */
    countsFrom: p.datetime(6),
  },
  indexes: [{ properties: ['organization', 'createdAt'] }],
});
export type MeterRow = InferEntity<typeof Meter>;
