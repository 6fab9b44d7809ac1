/** What a meter counts of the events of each hour, day, week, month or year. */
import { z } from 'zod';
import type { MeterRow } from '../../db/entities/meter.ts';
import type { MeterQuantities } from '../../schemas/meter.ts';
import { metadataFilter } from '../../schemas/query.ts';
import { ofCustomersQuery } from '../events/conditions.ts';
import { subjectsAskedFor } from '../events/of-customers.ts';
import type { RequestContext } from '../route.ts';
import { startsOf, timeBucketsQuery } from './time-buckets.ts';

export const QuantitiesQuery = z.object({
  ...timeBucketsQuery,
  ...ofCustomersQuery,
  customer_aggregation_function: z
    .enum(['count', 'sum', 'max', 'min', 'avg', 'unique'])
    .optional()
    .describe('Counts for each customer apart, then makes this of what that came to.'),
  metadata: metadataFilter,
});
type Asked = z.output<typeof QuantitiesQuery>;

/** The total is made of all events of the whole time: the average of all, not that of averages. */
export async function quantitiesOf(
  { em, eventStore }: Pick<RequestContext, 'em' | 'eventStore'>,
  meter: MeterRow,
  asked: Asked,
): Promise<MeterQuantities> {
  const starts = await startsOf(em, asked);
  const organization = meter.organization.id;
  const made = await eventStore.quantities(
    {
      organization,
      subjects: await subjectsAskedFor(em, organization, asked),
      filters: [meter.filter],
      from: asked.start_timestamp,
      before: asked.end_timestamp,
      metadata: asked.metadata,
    },
    { aggregation: meter.aggregation, ofCustomers: asked.customer_aggregation_function, starts },
  );
  return {
    quantities: starts.map((start, i) => ({
      timestamp: new Date(start).toISOString(),
      quantity: Number(made.quantities[i] ?? 0),
    })),
    total: Number(made.total),
  };
}
