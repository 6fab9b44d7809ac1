/** What is counted of what customers do. */
import { z } from 'zod';
import { Metadata, MetadataInput } from './metadata.ts';
import { count, Id, Instant, identified, line, organizationIdInput } from './primitives.ts';

const INT4 = 2_147_483_647;
/** With nested ones: each is looked at for each event, and while that goes on nobody else is answered. */
const MOST_CLAUSES = 100;
const DEEPEST = 5;
const MOST_THRESHOLDS = 10;
const MOST_PERCENT = 1000;

export const MeterUnit = z.enum(['scalar', 'token', 'custom']).meta({ id: 'MeterUnit' });

const Property = z.string().min(1).max(255);

export const FilterClause = z
  .object({
    property: Property.describe('`name`, `source`, `timestamp`, or a key of the metadata; dots lead into nested ones.'),
    operator: z.enum(['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'like', 'not_like']).meta({ id: 'FilterOperator' }),
    value: z.union([
      z.string().max(1000),
      z
        .int()
        .min(-INT4 - 1)
        .max(INT4),
      z.boolean(),
    ]),
  })
  .meta({ id: 'FilterClause' });

export interface FilterTree {
  conjunction: 'and' | 'or';
  clauses: (z.output<typeof FilterClause> | FilterTree)[];
}

export const Filter: z.ZodType<FilterTree> = z
  .object({
    conjunction: z.enum(['and', 'or']).meta({ id: 'FilterConjunction' }),
    get clauses() {
      return z.array(z.union([FilterClause, Filter])).max(MOST_CLAUSES);
    },
  })
  .meta({
    id: 'Filter',
    description: `Which events count. Without clauses, all of them. At most ${MOST_CLAUSES} clauses, nested ones counted.`,
  });

/** As others may ask for it. */
export const FilterInput = Filter.refine(
  (tree) => depthOf(tree) <= DEEPEST,
  `Nested more than ${DEEPEST} levels deep`,
).refine((tree) => sizeOf(tree) <= MOST_CLAUSES, `More than ${MOST_CLAUSES} clauses, nested ones counted`);

const depthOf = ({ clauses }: FilterTree): number =>
  1 + Math.max(0, ...clauses.map((clause) => ('clauses' in clause ? depthOf(clause) : 0)));

const sizeOf = ({ clauses }: FilterTree): number =>
  clauses.reduce((sum, clause) => sum + 1 + ('clauses' in clause ? sizeOf(clause) : 0), 0);

export const Aggregation = z.discriminatedUnion('func', [
  z.object({ func: z.literal('count') }).meta({ id: 'CountAggregation' }),
  z.object({ func: z.enum(['sum', 'max', 'min', 'avg']), property: Property }).meta({ id: 'PropertyAggregation' }),
  z.object({ func: z.literal('unique'), property: Property }).meta({ id: 'UniqueAggregation' }),
]);

export const MeterBackfill = z
  .object({
    status: z.enum(['running', 'finished']),
    looked: z.int().describe('Events of before the meter that it has looked at.'),
    counted: z.int().describe('Those of them that it counts.'),
    started_at: Instant,
    finished_at: Instant.nullable(),
  })
  .meta({ id: 'MeterBackfill', description: 'The counting of what came in before the meter was made.' });
export type MeterBackfill = z.output<typeof MeterBackfill>;

export const Meter = z
  .object({
    ...identified,
    metadata: Metadata,
    name: z.string(),
    unit: MeterUnit,
    custom_label: z.string().nullable(),
    custom_multiplier: z.int().nullable(),
    filter: Filter,
    aggregation: Aggregation,
    organization_id: Id,
    archived_at: Instant.nullable(),
    thresholds: z
      .array(z.int())
      .describe('In percent of a customer’s credits; `customer.state_changed` tells of each.'),
    backfill: MeterBackfill.optional(),
  })
  .meta({ id: 'Meter' });
export type Meter = z.output<typeof Meter>;

export const MeterQuantities = z
  .object({
    quantities: z.array(z.object({ timestamp: Instant, quantity: z.number() }).meta({ id: 'MeterQuantity' })),
    total: z.number().describe('Of the whole time, made of all its events.'),
  })
  .meta({ id: 'MeterQuantities' });
export type MeterQuantities = z.output<typeof MeterQuantities>;

const Thresholds = z
  .array(z.int().min(1).max(MOST_PERCENT))
  .max(MOST_THRESHOLDS)
  .transform((given) => [...new Set(given)].sort((a, b) => a - b))
  .describe('In percent of what a customer is credited with: `customer.state_changed` is sent when they get there.');

const fields = {
  name: line(200, 3),
  unit: MeterUnit,
  custom_label: line(50).nullable(),
  custom_multiplier: count(1).nullable(),
  filter: FilterInput,
  aggregation: Aggregation,
};

export const MeterCreate = z
  .object({
    ...fields,
    unit: MeterUnit.default('scalar'),
    custom_label: fields.custom_label.optional().describe('What one unit is called; for the unit `custom`.'),
    custom_multiplier: fields.custom_multiplier.optional().describe('How many units are shown as one; 1, if left out.'),
    metadata: MetadataInput.optional(),
    thresholds: Thresholds.optional(),
    organization_id: organizationIdInput,
  })
  .meta({ id: 'MeterCreate' });
export type MeterCreate = z.output<typeof MeterCreate>;

export const MeterUpdate = z
  .object({
    name: fields.name.nullable(),
    unit: MeterUnit.nullable(),
    custom_label: fields.custom_label,
    custom_multiplier: fields.custom_multiplier,
    filter: FilterInput.nullable().describe('Until the first event was counted by it.'),
    aggregation: Aggregation.nullable().describe('Until the first event was counted by it.'),
    is_archived: z.boolean().nullable(),
    metadata: MetadataInput,
    thresholds: Thresholds.nullable(),
  })
  .partial()
  .meta({ id: 'MeterUpdate' });
export type MeterUpdate = z.output<typeof MeterUpdate>;
