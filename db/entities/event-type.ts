import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { EventTypeId } from '../../billing/ids.ts';
import { timestamps } from './columns.ts';
import { Organization } from './organization.ts';

/** A name that events of the organization have come in under, and what the merchant calls it. */
export const EventType = defineEntity({
  name: 'EventType',
  tableName: 'event_types',
  properties: {
    id: p.uuid().$type<EventTypeId>().primary(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    name: p.text(),
    label: p.text(),
    /** Where in the metadata an event says what it is called. */
    labelPropertySelector: p.text().nullable(),
  },
  uniques: [{ properties: ['organization', 'name'] }],
});
export type EventTypeRow = InferEntity<typeof EventType>;
