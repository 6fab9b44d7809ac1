/** What events come to, by their names and by their customers: ours, where the peer shows it on its own pages only. */
import { z } from 'zod';
import { EmbeddedCustomer } from './customer.ts';
import { EventSource } from './event.ts';
import { Id, Instant } from './primitives.ts';

const decimal = z.string().meta({ pattern: String.raw`^-?\d+(\.\d+)?$` });

const EventFigures = z
  .object({
    total: decimal,
    average: decimal,
    p50: z.number().describe('Half of the values are at most this.'),
    p95: z.number(),
    p99: z.number(),
  })
  .meta({ id: 'EventFigures' });

export const NameStatistics = z
  .object({
    name: z.string(),
    label: z.string(),
    source: EventSource,
    event_type_id: Id.nullable(),
    occurrences: z.int(),
    customers: z.int(),
    figures: z
      .record(z.string(), EventFigures.nullable())
      .describe('By property; null where no event has a number there. Amounts of `_cost` are in cents.'),
  })
  .meta({ id: 'EventNameStatistics' });
export type NameStatistics = z.output<typeof NameStatistics>;

export const EventStatistics = z
  .object({
    periods: z.array(z.object({ timestamp: Instant, names: z.array(NameStatistics) })),
    totals: z.array(NameStatistics).describe('Of all of the time together.'),
  })
  .meta({ id: 'EventStatistics' });
export type EventStatistics = z.output<typeof EventStatistics>;

export const CustomerCost = z
  .object({
    customer_id: Id.nullable().describe('Null where events name somebody who is no customer, or none any more.'),
    external_customer_id: z.string().nullable(),
    customer: EmbeddedCustomer.nullable(),
    events: z.int().describe('Those that say what they cost.'),
    cost_amount: decimal.describe('In cents, with fractions.'),
    revenue_amount: z
      .int()
      .describe('What the customer’s orders of the time brought, without tax and refunds, in cents.'),
    profit_amount: decimal.describe('Revenue less cost, in cents with fractions.'),
    currency: z.literal('usd'),
  })
  .meta({ id: 'CustomerCost' });
export type CustomerCost = z.output<typeof CustomerCost>;
