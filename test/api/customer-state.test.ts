/** What is told of a customer is what stands, also where two things happen to them at once. */
import { randomUUID } from 'node:crypto';
import { reconcile } from '../../activities/benefits/reconcile.ts';
import type { Dependencies } from '../../activities/dependencies.ts';
import { benefitType } from '../../benefits/benefit-type.ts';
import type { BenefitId, GrantId } from '../../billing/ids.ts';
import { Benefit } from '../../db/entities/benefit.ts';
import { BenefitGrant } from '../../db/entities/benefit-grant.ts';
import { Customer } from '../../db/entities/customer.ts';
import { WebhookEndpoint, WebhookEvent } from '../../db/entities/webhook.ts';
import { BenefitCustomProperties } from '../../schemas/benefits/custom.ts';
import { aHealthyShop } from '../invariants/healthy.ts';
import { aListener } from '../webhooks/delivering.ts';
import { type FreshDatabase, freshDatabase } from './fresh-database.ts';

let database: FreshDatabase;

beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

/** Two grants that begin only once both have been taken up. */
function twoAtOnce() {
  const { promise, resolve } = Promise.withResolvers<void>();
  let begun = 0;
  const type = benefitType({
    type: 'custom',
    properties: BenefitCustomProperties,
    async grant() {
      begun += 1;
      if (begun === 2) resolve();
      await promise;
      return {};
    },
    revoke: async () => ({}),
  });
  return new Map([[type.type, type]]);
}

it('names both benefits of a customer who is given them at once', async () => {
  const em = database.orm.em.fork();
  const { organizationId, customerId } = await em.fork().transactional((tx) => aHealthyShop(tx));
  const { endpointId } = await aListener(em, { url: 'https://shop.example/hooks', events: ['customer.state_changed'] });
  await em.nativeUpdate(WebhookEndpoint, endpointId, { organization: organizationId });
  const customer = await em.findOneOrFail(Customer, customerId);
  const at = new Date();
  const grants = ['A', 'B'].map((description) => {
    const benefit = em.create(Benefit, {
      ...{ id: randomUUID() as BenefitId, createdAt: at, organization: customer.organization, type: 'custom' },
      ...{ description, properties: { note: null } },
    });
    const id = randomUUID() as GrantId;
    em.create(BenefitGrant, { id, createdAt: at, benefit, customer, wanted: 'granted', wantedAt: at });
    return { id, benefitId: benefit.id };
  });
  await em.flush();

  const deps = { orm: database.orm } as Dependencies;
  const types = twoAtOnce();
  await Promise.all(grants.map(({ id }) => reconcile(deps, types, { grantId: id })));

  const told = await em.find(WebhookEvent, { endpoint: endpointId }, { orderBy: { position: 'asc' } });
  const held = told.map(({ payload }) =>
    JSON.parse(payload ?? '').data.granted_benefits.map(({ benefit_id }: { benefit_id: string }) => benefit_id),
  );
  expect(held).toHaveLength(2);
  expect(held[1]).toEqual(expect.arrayContaining(grants.map(({ benefitId }) => benefitId)));
});
