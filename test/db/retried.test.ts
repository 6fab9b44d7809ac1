import { Customer } from '../../db/entities/customer.ts';
import { lockRow } from '../../db/lock.ts';
import { retried } from '../../db/retried.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';
import { aHealthyShop } from '../invariants/healthy.ts';

let database: FreshDatabase;

beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

it('two transactions that wait for each other both come to their end', async () => {
  const em = database.orm.em.fork();
  const make = () => em.fork().transactional((tx) => aHealthyShop(tx));
  const [one, other] = [(await make()).customerId, (await make()).customerId];
  const { promise: bothHoldOne, resolve } = Promise.withResolvers<void>();
  let begun = 0;
  const inOrder = (first: typeof one, second: typeof one) =>
    retried(() =>
      em.fork().transactional(async (tx) => {
        begun += 1;
        await lockRow(tx, Customer, first);
        if (begun === 2) resolve();
        await bothHoldOne;
        await lockRow(tx, Customer, second);
      }),
    );
  await Promise.all([inOrder(one, other), inOrder(other, one)]);
  expect(begun).toBe(3);
});
