/** Makes and changes customers, with the events that tell of it. */
import { randomUUID } from 'node:crypto';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import type { z } from 'zod';
import type { CustomerId, OrganizationId, TestClockId } from '../../billing/ids.ts';
import { isNameBeingGivenUp } from '../../db/customer-deletions.ts';
import { nameCustomer } from '../../db/customer-names.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { TestClock, type TestClockRow } from '../../db/entities/test-clock.ts';
import { emit } from '../../db/events.ts';
import { lockRow } from '../../db/lock.ts';
import { beginOwner, type OwnerDetails, ownerFollows } from '../../db/members.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import { recordOfCustomer } from '../../db/recorded.ts';
import { retried } from '../../db/retried.ts';
import { customerView } from '../../db/views/customer.ts';
import { loadCustomerState } from '../../db/views/customer-state.ts';
import type { CustomerCreate, CustomerUpdate } from '../../schemas/customer.ts';
import { addressFrom } from '../addresses.ts';
import { invalid, notFound, notPermitted } from '../errors.ts';
import type { Services } from '../services.ts';
import { taxIdAfter } from '../tax-ids.ts';

const ADDRESS = ['body', 'billing_address'];

export async function createCustomer(
  em: EntityManager,
  { environment }: Pick<Services, 'environment'>,
  organization: OrganizationId,
  body: z.output<typeof CustomerCreate>,
  at: Date,
): Promise<CustomerRow> {
  const email = body.email ?? body.owner?.email;
  if (!email) throw invalid(['body', 'email'], 'An e-mail address is needed.');
  const transact = () =>
    em.transactional(async (tx) => {
      const testClock = body.test_clock_id ? await clock(tx, environment, organization, body.test_clock_id) : null;
      const row = tx.create(Customer, {
        id: randomUUID() as CustomerId,
        createdAt: testClock?.frozenTime ?? at,
        organization,
        type: body.type,
        externalId: body.external_id ?? null,
        email,
        name: body.name ?? null,
        billingAddress: body.billing_address ? addressFrom(body.billing_address, ADDRESS) : null,
        taxId: taxIdAfter(body, {}),
        locale: body.locale ?? null,
        metadata: body.metadata,
        testClock,
      });
      await tx.flush();
      await beginOwner(tx, row, row.createdAt, ownerDetails(body.owner));
      await tellCustomer(tx, row, 'customer.created', row.createdAt);
      return row;
    });
  return taken(em, organization, body.external_id, () => retried(transact));
}

export async function updateCustomer(
  em: EntityManager,
  { environment }: Pick<Services, 'environment'>,
  customer: CustomerRow,
  body: z.output<typeof CustomerUpdate>,
  at: Date,
): Promise<void> {
  const transact = () =>
    em.transactional(async (tx) => {
      await lockRow(tx, Customer, customer.id);
      const row = await tx.findOneOrFail(Customer, customer.id, { populate: ['testClock'], refresh: true });
      if (row.deletedAt) throw notFound();
      if (body.external_id && row.externalId && body.external_id !== row.externalId) {
        throw invalid(['body', 'external_id'], 'The external id is set once and stays.');
      }
      if (body.type === 'individual' && row.type === 'team') {
        throw invalid(['body', 'type'], 'A team stays a team.');
      }
      const before = { email: row.email, name: row.name };
      if (body.email) row.email = body.email;
      if (body.name !== undefined) row.name = body.name;
      row.taxId = taxIdAfter(body, row);
      if (body.billing_address !== undefined) {
        row.billingAddress = body.billing_address && addressFrom(body.billing_address, ADDRESS);
      }
      if (body.locale !== undefined) row.locale = body.locale;
      if (body.type) row.type = body.type;
      if (body.metadata) row.metadata = body.metadata;
      row.modifiedAt = nowOf(row, at);
      await tx.flush();
      if (body.external_id && !row.externalId) {
        await nameCustomer(tx, row as CustomerRow, body.external_id, row.modifiedAt, environment);
      }
      await ownerFollows(tx, row as CustomerRow, before, row.modifiedAt);
      await tellCustomer(tx, row, 'customer.updated', row.modifiedAt, changedBy(body, row));
    });
  await taken(em, customer.organization.id, body.external_id, () => retried(transact));
}

/** What of it stands among the customer's events. */
function changedBy(body: z.output<typeof CustomerUpdate>, row: Pick<CustomerRow, 'email' | 'name' | 'metadata'>) {
  const fields = {
    email: body.email ? row.email : undefined,
    name: body.name === undefined ? undefined : (row.name ?? null),
    metadata: body.metadata ? row.metadata : undefined,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const ownerDetails = (owner: z.output<typeof CustomerCreate>['owner']): OwnerDetails =>
  owner ? { email: owner.email, name: owner.name, externalId: owner.external_id } : {};

async function clock(
  em: EntityManager,
  environment: Services['environment'],
  organization: OrganizationId,
  id: string,
): Promise<TestClockRow> {
  if (environment.STRIPE_API_URL === undefined) throw notPermitted('Test clocks exist only with the sandbox.');
  const row = await em.findOne(TestClock, { id: id as TestClockId, organization, deletedAt: null });
  if (row === null) throw invalid(['body', 'test_clock_id'], 'This test clock does not exist.');
  if (row.status !== 'ready') throw invalid(['body', 'test_clock_id'], 'This test clock is advancing; wait for it.');
  return row as TestClockRow;
}

/** Which of the two unique values is taken, in the peer's form. */
async function taken<T>(
  em: EntityManager,
  organization: OrganizationId,
  externalId: string | null | undefined,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    const field = error.message.includes('customers_external_id_unique') ? 'external_id' : 'email';
    const isLeaving = field === 'external_id' && (await isNameBeingGivenUp(em.fork(), organization, externalId));
    throw invalid(['body', field], isLeaving ? NAME_BEING_GIVEN_UP : 'Another customer of yours has it.');
  }
}

export const NAME_BEING_GIVEN_UP =
  'A customer whom you call so is still being deleted: delete them once more, or wait some minutes until that has ended.';

/** Once the row is flushed. */
export async function tellCustomer(
  em: EntityManager,
  row: CustomerRow,
  type: 'customer.created' | 'customer.updated' | 'customer.deleted',
  at: Date,
  changed?: Readonly<Record<string, unknown>>,
): Promise<void> {
  const organizationId = row.organization.id;
  await emit(
    em,
    {
      ...{ organizationId, type, at, data: () => customerView(row) },
      recorded: recordOfCustomer(row, type, changed),
    },
    { organizationId, type: 'customer.state_changed', at, data: () => loadCustomerState(em, row.id) },
  );
}
