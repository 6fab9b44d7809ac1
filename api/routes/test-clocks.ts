/** Test clocks, ours alone: customers on one live by its time, which moves only when it is advanced. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { OrganizationId, TestClockId } from '../../billing/ids.ts';
import { TestClock, type TestClockRow } from '../../db/entities/test-clock.ts';
import type { EntityManager } from '../../db/orm.ts';
import { testClockView } from '../../db/views/test-clock.ts';
import { Pagination, page, paginated } from '../../schemas/pagination.ts';
import { TestClockAdvance, TestClockCreate, TestClock as TestClockSchema } from '../../schemas/test-clock.ts';
import { conflict, invalid, notFound, notPermitted } from '../errors.ts';
import { route } from '../route.ts';
import type { Services } from '../services.ts';
import { endClock } from '../test-clocks/end.ts';

const tag = 'Test clocks';
const params = z.object({ id: z.uuid() });
/** How far one advance may go: what happens on the way happens one by one. */
const LONGEST_ADVANCE_YEARS = 10;

export const createTestClock = route({
  method: 'post',
  path: '/v1/test-clocks/',
  summary: 'Create a test clock',
  description: 'A clock for customers to live by (`test_clock_id` when a customer is created). Only with the sandbox.',
  tag,
  scopes: ['test_clocks:write'],
  body: TestClockCreate,
  response: TestClockSchema,
  status: 201,
  errors: [403],
  async handle({ body, organization, em, environment }) {
    sandboxOnly(environment);
    const row = em.create(TestClock, {
      id: randomUUID() as TestClockId,
      createdAt: new Date(),
      organization,
      name: body.name,
      frozenTime: new Date(body.frozen_time),
    });
    await em.flush();
    return testClockView(row);
  },
});

export const listTestClocks = route({
  method: 'get',
  path: '/v1/test-clocks/',
  summary: 'List test clocks',
  tag,
  scopes: ['test_clocks:read', 'test_clocks:write'],
  query: Pagination,
  response: paginated(TestClockSchema),
  async handle({ query, organization, em }) {
    const [rows, total] = await em.findAndCount(
      TestClock,
      { organization, deletedAt: null },
      { limit: query.limit, offset: (query.page - 1) * query.limit, orderBy: { createdAt: 'desc', id: 'asc' } },
    );
    return page(rows.map(testClockView), total, query);
  },
});

export const getTestClock = route({
  method: 'get',
  path: '/v1/test-clocks/{id}',
  summary: 'Get a test clock',
  tag,
  scopes: ['test_clocks:read', 'test_clocks:write'],
  params,
  response: TestClockSchema,
  errors: [404],
  async handle({ params, organization, em }) {
    return testClockView(await ownedClock(em, organization, params.id));
  },
});

export const advanceTestClock = route({
  method: 'post',
  path: '/v1/test-clocks/{id}/advance',
  summary: 'Advance a test clock',
  description:
    'Sets time off towards `frozen_time`. Poll until the status is `ready`: then all that was due has happened.',
  tag,
  scopes: ['test_clocks:write'],
  params,
  body: TestClockAdvance,
  response: TestClockSchema,
  errors: [403, 404, 409],
  async handle({ params, body, organization, em, environment, workflows }) {
    sandboxOnly(environment);
    const clock = await ownedClock(em, organization, params.id);
    const to = new Date(body.frozen_time);
    if (to <= clock.frozenTime) throw invalid(['body', 'frozen_time'], 'A clock only goes forward.');
    const limit = new Date(clock.frozenTime);
    limit.setUTCFullYear(limit.getUTCFullYear() + LONGEST_ADVANCE_YEARS);
    if (to > limit)
      throw invalid(['body', 'frozen_time'], `Advance by at most ${LONGEST_ADVANCE_YEARS} years at a time.`);
    // Its process refuses where it is advancing already; one that was lost on the way is started again.
    const start = { clockId: clock.id, now: clock.frozenTime.getTime() };
    await workflows.advanceTestClock(clock.id, organization, start, to.getTime());
    clock.status = 'advancing';
    clock.targetTime = to;
    return testClockView(clock);
  },
});

export const deleteTestClock = route({
  method: 'delete',
  path: '/v1/test-clocks/{id}',
  summary: 'Delete a test clock',
  description: 'Ends what hangs on it: its customers are deleted, their subscriptions revoked.',
  tag,
  scopes: ['test_clocks:write'],
  params,
  response: z.void(),
  status: 204,
  errors: [404, 409],
  async handle({ params, organization, em, workflows }) {
    const clock = await ownedClock(em, organization, params.id);
    if (clock.status === 'advancing' && (await workflows.hasTestClock(clock.id))) {
      throw conflict('The clock is advancing; delete it once it is ready.');
    }
    await endClock(em, workflows, clock);
  },
});

export const testClockRoutes = [createTestClock, listTestClocks, getTestClock, advanceTestClock, deleteTestClock];

function sandboxOnly(environment: Services['environment']): void {
  if (environment.STRIPE_API_URL === undefined) {
    throw notPermitted('Test clocks exist only where the organization uses the sandbox.');
  }
}

async function ownedClock(em: EntityManager, organization: OrganizationId, id: string): Promise<TestClockRow> {
  const clock = await em.findOne(TestClock, { id: id as TestClockId, organization, deletedAt: null });
  if (clock === null) throw notFound();
  return clock;
}
