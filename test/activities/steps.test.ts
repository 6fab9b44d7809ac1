/** A step whose answer was lost comes again: at once, or after others that overtook it. */
import { subscriptionActivities } from '../../activities/subscriptions/index.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import { aHealthyShop } from '../invariants/healthy.ts';
import { aDatabaseForLives, type LivesDatabase } from '../lives/database.ts';

let database: LivesDatabase;
beforeAll(async () => {
  database = await aDatabaseForLives();
});
afterAll(() => database[Symbol.asyncDispose]());

it('is written once, however often and however late it is tried again', async () => {
  const { orm } = database.deps;
  await orm.em.fork().transactional((em) => aHealthyShop(em));
  const { id: subscriptionId } = await orm.em.fork().findOneOrFail(Subscription, { status: 'active' });
  const { editMetadata } = subscriptionActivities(database.deps);
  const asked = (sequence: number, key: string) =>
    editMetadata({ subscriptionId, sequence, key, at: Date.now(), metadata: { key } });
  const shown = async () => (await orm.em.fork().findOneOrFail(Subscription, subscriptionId)).metadata;

  expect(await asked(1, 'metadata/first')).toMatchObject({ isTaken: true, sequence: 1 });
  expect(await asked(1, 'metadata/first')).toMatchObject({ isTaken: true, sequence: 1 });
  // Decided without knowledge of the first.
  expect(await asked(1, 'metadata/second')).toMatchObject({ isTaken: false, sequence: 1 });
  expect(await asked(2, 'metadata/second')).toMatchObject({ isTaken: true, sequence: 2 });
  // Overtaken, asked again under the next number and under its own.
  expect(await asked(3, 'metadata/first')).toMatchObject({ isTaken: true, sequence: 2 });
  expect(await asked(1, 'metadata/first')).toMatchObject({ isTaken: true, sequence: 2 });
  expect(await shown()).toEqual({ key: 'metadata/second' });
  // What is due may be due again at the same instant.
  expect(await asked(3, 'renewal/1806537600000')).toMatchObject({ isTaken: true, sequence: 3 });
  expect(await asked(4, 'metadata/third')).toMatchObject({ isTaken: true, sequence: 4 });
  expect(await asked(5, 'renewal/1806537600000')).toMatchObject({ isTaken: true, sequence: 5 });
});
