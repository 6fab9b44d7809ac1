/** What the API says of processes where there is no worker, or no Temporal. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { ApiError } from '../../api/errors.ts';
import { type WorkflowGateway, workflowGateway } from '../../api/workflows.ts';
import type { OrganizationId, TestClockId } from '../../billing/ids.ts';
import { type FreshDatabase, freshDatabase } from './fresh-database.ts';
import { aNamespace } from './running.ts';

const address = process.env.TEMPORAL_ADDRESS ?? '';

let database: FreshDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await freshDatabase();
  connection = await Connection.connect({ address });
});
afterAll(async () => {
  await connection.close();
  await database[Symbol.asyncDispose]();
});

const organization = randomUUID() as OrganizationId;
const clock = randomUUID() as TestClockId;

async function refused(asked: Promise<unknown>): Promise<void> {
  const error = await asked.then(
    () => null,
    (failure) => failure,
  );
  expect(error).toBeInstanceOf(ApiError);
  expect([error.status, error.error]).toEqual([503, 'ServiceUnavailable']);
}

it('a look at the invariants that no worker takes up is given up, to be asked for again', async () => {
  const native = await NativeConnection.connect({ address });
  const namespace = await aNamespace(native);
  await native.close();
  const gateway = workflowGateway(new Client({ connection, namespace }), database.orm);
  await refused(gateway.checkInvariants(organization));
});

it.each<[string, (gateway: WorkflowGateway) => Promise<unknown>]>([
  ['the invariants', (gateway) => gateway.checkInvariants(organization)],
  ['whether a test clock is there', (gateway) => gateway.hasTestClock(clock)],
  ['a test clock to end', (gateway) => gateway.stopTestClock(clock)],
])('without Temporal %s can’t be asked for now', async (_, ask) => {
  const nowhere = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
  await refused(ask(workflowGateway(nowhere, database.orm)));
});
