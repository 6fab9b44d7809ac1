/** Events as they are shown, and what is known of the names they came in under. */
import { z } from 'zod';
import { EmbeddedCustomer } from './customer.ts';
import { PaginationInfo } from './pagination.ts';
import { Id, Instant, line } from './primitives.ts';

export const EventSource = z.enum(['system', 'user']).meta({
  id: 'EventSource',
  description: 'Who says so: the merchant’s own programs, or this product.',
});

export const Event = z
  .object({
    id: Id,
    timestamp: Instant,
    organization_id: Id,
    customer_id: Id.nullable().describe('Also of a customer who came after the event, if it named them.'),
    customer: EmbeddedCustomer.nullable(),
    external_customer_id: z.string().nullable(),
    member_id: Id.nullable(),
    external_member_id: z.string().nullable(),
    child_count: z.int().describe('Events that are part of it, without those that are part of them.'),
    parent_id: Id.nullable(),
    label: z.string().describe('What the merchant calls such events.'),
    name: z.string(),
    source: EventSource,
    metadata: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' });
export type Event = z.output<typeof Event>;

export const EventPage = z.object({
  items: z.array(Event),
  pagination: z.union([PaginationInfo, z.object({ has_next_page: z.boolean() }).meta({ id: 'CursorPagination' })]),
});

const seen = {
  occurrences: z.int(),
  first_seen: Instant,
  last_seen: Instant,
};

export const EventName = z
  .object({ name: z.string(), label: z.string(), source: EventSource, ...seen })
  .meta({ id: 'EventName' });
export type EventName = z.output<typeof EventName>;

export const EventTypeWithStats = z
  .object({
    id: Id.nullable().describe('None of the product’s own events, which can’t be changed.'),
    created_at: Instant.nullable(),
    modified_at: Instant.nullable(),
    name: z.string(),
    label: z.string(),
    label_property_selector: z.string().nullable(),
    organization_id: Id,
    source: EventSource,
    ...seen,
  })
  .meta({ id: 'EventTypeWithStats' });
export type EventTypeWithStats = z.output<typeof EventTypeWithStats>;

export const EventType = z
  .object({
    id: Id,
    created_at: Instant,
    modified_at: Instant.nullable(),
    name: z.string(),
    label: z.string(),
    label_property_selector: z.string().nullable(),
    organization_id: Id,
  })
  .meta({ id: 'EventType' });
export type EventType = z.output<typeof EventType>;

export const EventTypeUpdate = z
  .object({
    label: line(128),
    label_property_selector: line(256)
      .nullable()
      .optional()
      .describe('Where in the metadata an event says what it is called, as `subject` or `metadata.subject`.'),
  })
  .meta({ id: 'EventTypeUpdate' });
