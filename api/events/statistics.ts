/** What events come to by their names: how often they came in, from how many customers, and what they cost. */
import { z } from 'zod';
import type { OrganizationId } from '../../billing/ids.ts';
import { EventType } from '../../db/entities/event-type.ts';
import { labelOfSystem } from '../../db/views/event.ts';
import type { EventStatistics } from '../../schemas/event-statistics.ts';
import { oneOrMany } from '../../schemas/query.ts';
import type { NameStatistics } from '../../usage/event-store.ts';
import { invalid } from '../errors.ts';
import { startsOf, timeBucketsQuery } from '../meters/time-buckets.ts';
import type { RequestContext } from '../route.ts';
import { eventQueryOf, eventsQuery } from './conditions.ts';

const MOST_PROPERTIES = 5;
/** Of names in stretches of time. */
const MOST_ROWS = 20_000;

export const StatisticsQuery = z.object({
  ...eventsQuery,
  ...timeBucketsQuery,
  property: oneOrMany(z.string().min(1).max(255))
    .refine((asked) => (asked?.length ?? 0) <= MOST_PROPERTIES, `At most ${MOST_PROPERTIES}`)
    .transform((asked) => asked ?? ['_cost.amount'])
    .describe('Numbers in the metadata, with dots for what is nested; left out, what events cost.'),
});
type Asked = z.output<typeof StatisticsQuery>;

export async function statisticsOf(
  { em, eventStore }: Pick<RequestContext, 'em' | 'eventStore'>,
  organization: OrganizationId,
  asked: Asked,
): Promise<EventStatistics> {
  const properties = [...new Set(asked.property)];
  const starts = await startsOf(em, asked);
  const query = await eventQueryOf(em, organization, asked);
  const [found, types] = await Promise.all([
    eventStore.statistics(query, { properties, starts, limit: MOST_ROWS + 1 }),
    em.find(EventType, { organization }),
  ]);
  if (found.length > MOST_ROWS) {
    throw invalid(
      ['query', 'name'],
      'That is too much for one answer: ask for some names, longer intervals or less time.',
    );
  }
  const typesByName = new Map(types.map((type) => [type.name, type]));
  const view = (each: NameStatistics) => {
    const type = each.source === 'user' ? typesByName.get(each.name) : undefined;
    return {
      ...{ name: each.name, source: each.source, event_type_id: type?.id ?? null },
      label: each.source === 'system' ? labelOfSystem(each.name) : (type?.label ?? each.name),
      ...{ occurrences: each.occurrences, customers: each.subjects },
      figures: Object.fromEntries(properties.map((property, p) => [property, each.figures[p] ?? null])),
    };
  };
  found.sort((a, b) => b.occurrences - a.occurrences || (a.name < b.name ? -1 : 1));
  const byBucket = Map.groupBy(found, ({ bucket }) => bucket);
  return {
    periods: starts.map((start, i) => ({
      timestamp: new Date(start).toISOString(),
      names: (byBucket.get(i) ?? []).map(view),
    })),
    totals: (byBucket.get(null) ?? []).map(view),
  };
}
