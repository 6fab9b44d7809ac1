/** Events as they are sent to us. */
import { z } from 'zod';
import { EventMetadataInput } from './event-metadata.ts';
import { Id, InstantInput, organizationIdInput } from './primitives.ts';

export const MOST_EVENTS = 1000;

export const LONGEST_NAME = 128;
export const LONGEST_ID = 255;

/** One form for both ways to name the customer: which it is shows itself, and every event pays for each form tried. */
export const EventCreate = z
  .object({
    name: z.string().min(1).max(LONGEST_NAME),
    timestamp: InstantInput.optional().describe('When it happened; now, if left out. At most a minute ahead.'),
    organization_id: organizationIdInput,
    external_id: z
      .string()
      .min(1)
      .max(LONGEST_ID)
      .nullable()
      .optional()
      .describe('Yours: a second event of it is dropped.'),
    parent_id: z
      .string()
      .min(1)
      .max(LONGEST_ID)
      .nullable()
      .optional()
      .describe('Of the event that this is part of: ours or yours.'),
    metadata: EventMetadataInput.optional(),
    customer_id: Id.nullable().optional(),
    external_customer_id: z
      .string()
      .min(1)
      .max(LONGEST_ID)
      .nullable()
      .optional()
      .describe('Yours; also of somebody who becomes a customer only later.'),
    member_id: Id.nullable().optional(),
    external_member_id: z.string().min(1).max(LONGEST_ID).nullable().optional(),
  })
  .refine(({ customer_id, external_customer_id }) => Boolean(customer_id) !== Boolean(external_customer_id), {
    path: ['customer_id'],
    message: 'Name the customer by one of customer_id and external_customer_id',
  })
  .meta({ id: 'EventCreate' });
export type EventCreate = z.output<typeof EventCreate>;

export const EventsIngest = z
  .object({ events: z.array(EventCreate).max(MOST_EVENTS, `At most ${MOST_EVENTS} events a request`) })
  .meta({ id: 'EventsIngest' });

export const EventBalance = z
  .object({
    customer_id: Id.nullable().describe('None of somebody who is no customer yet.'),
    external_customer_id: z.string().nullable(),
    meter_id: Id,
    consumed_units: z.number().describe('In the running period.'),
    credited_units: z.int(),
    balance: z.number().describe('Credited less consumed: below 0 where more was used.'),
  })
  .meta({ id: 'EventBalance', description: 'As it stands once the events are counted.' });
export type EventBalance = z.output<typeof EventBalance>;

export const EventsIngested = z
  .object({
    inserted: z.int().describe('Events that are new.'),
    duplicates: z.int().describe('Events whose external_id was taken; nothing was done for them.'),
    balances: z
      .array(EventBalance)
      .optional()
      .describe('If asked for by include_balances: of all customers and meters that the events are counted for.'),
  })
  .meta({ id: 'EventsIngestResponse' });
