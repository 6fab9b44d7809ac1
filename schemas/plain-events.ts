/**
 * Events that are plainly right, known at a glance: most of those that come in. The schema says what is right and what is
 * wrong about the others, and takes five times as long to say so; whatever is taken here, it would take as the same.
 */
import type { z } from 'zod';
import { type EventCreate, type EventsIngest, LONGEST_ID, LONGEST_NAME, MOST_EVENTS } from './event-input.ts';
import { isPlainMetadata } from './event-metadata.ts';

/** Of years and days that there are in every year; others, and other offsets, are for the schema. */
const TIME =
  /^(19[7-9]\d|[2-8]\d{3})-((0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|\+00:00)$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

type Given = Readonly<Record<string, unknown>>;

/** Null where it takes a closer look. */
export function plainEvents(given: unknown): z.output<typeof EventsIngest> | null {
  if (!isObject(given) || !Array.isArray(given['events']) || given['events'].length > MOST_EVENTS) return null;
  const events: EventCreate[] = [];
  for (const each of given['events']) {
    const event = plainEvent(each);
    if (event === null) return null;
    events.push(event);
  }
  return { events };
}

function plainEvent(given: unknown): EventCreate | null {
  if (!isObject(given) || isRare(given)) return null;
  const { name, timestamp, external_id, metadata, customer_id, external_customer_id } = given;
  if (typeof name !== 'string' || name.length === 0 || name.length > LONGEST_NAME) return null;
  const event: EventCreate = { name };
  if (timestamp !== undefined) {
    if (typeof timestamp !== 'string' || !TIME.test(timestamp)) return null;
    event.timestamp = new Date(timestamp);
  }
  if (external_id !== undefined) {
    if (!isId(external_id)) return null;
    event.external_id = external_id;
  }
  if (metadata !== undefined) {
    if (!isObject(metadata) || !isPlainMetadata(metadata)) return null;
    event.metadata = metadata;
  }
  if (customer_id === undefined && isId(external_customer_id)) event.external_customer_id = external_customer_id;
  else if (external_customer_id === undefined && isUuid(customer_id)) event.customer_id = customer_id;
  else return null;
  return event;
}

/** Saying what is looked up besides, or otherwise. */
const isRare = ({ organization_id, parent_id, member_id, external_member_id }: Given): boolean =>
  organization_id !== undefined ||
  parent_id !== undefined ||
  member_id !== undefined ||
  external_member_id !== undefined;

const isUuid = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);

const isId = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= LONGEST_ID;

const isObject = (value: unknown): value is Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
