/** What events come to, by their names and by their customers; ours. */
import { z } from 'zod';
import { CustomerCost, EventStatistics } from '../../schemas/event-statistics.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { oneOrMany, queryInstant } from '../../schemas/query.ts';
import { invalid } from '../errors.ts';
import { ofCustomersQuery } from '../events/conditions.ts';
import { pageOfCosts, SORTED_BY } from '../events/customer-costs.ts';
import { subjectsAskedFor } from '../events/of-customers.ts';
import { StatisticsQuery, statisticsOf } from '../events/statistics.ts';
import { route } from '../route.ts';

const tag = 'Events';
const reading = ['events:read', 'events:write'] as const;

export const eventStatistics = route({
  method: 'get',
  path: '/v1/events/statistics',
  summary: 'Get event statistics',
  description:
    'For each name, by stretches of time and in all: how often, from how many customers, and what numbers in the ' +
    'metadata come to. Takes the filters of the list of events. Ours.',
  tag,
  scopes: reading,
  query: StatisticsQuery,
  response: EventStatistics,
  async handle({ query, organization, ...context }) {
    return statisticsOf(context, organization, query);
  },
});

export const customerCosts = route({
  method: 'get',
  path: '/v1/events/customer-costs',
  summary: 'List what customers cost',
  description:
    'Customers with the sum of what their events of the time say they cost, what their orders paid in that time brought, ' +
    'and the difference, in US dollars; orders in other currencies are left out. Ours.',
  tag,
  scopes: ['metrics:read'],
  query: Pagination.extend({
    organization_id: oneOrMany(z.uuid()),
    ...ofCustomersQuery,
    start_timestamp: queryInstant,
    end_timestamp: queryInstant.describe('Of what happened before it.'),
    sorting: sorting(SORTED_BY, [{ property: 'cost_amount', direction: 'desc' }]),
  }),
  response: paginated(CustomerCost),
  async handle({ query, organization, ...context }) {
    const { start_timestamp: from, end_timestamp: before } = query;
    if (before <= from) throw invalid(['query', 'end_timestamp'], 'It must be after the start.');
    const subjects = await subjectsAskedFor(context.em, organization, query);
    const { items, total } = await pageOfCosts(context, { organization, subjects, from, before }, query);
    return page(items, total, query);
  },
});

export const eventStatisticsRoutes = [eventStatistics, customerCosts];
