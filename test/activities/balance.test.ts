/** The balance of a customer, in their orders, in its row and in the books. */
import { randomUUID } from 'node:crypto';
import { compareRows } from '../../activities/invariants/rows.ts';
import { giveBackToBalance, settleWithBalance } from '../../activities/ledger/balance.ts';
import { createOrder } from '../../activities/orders/create.ts';
import { dueOf, markPaid } from '../../activities/orders/pay.ts';
import type { OrderId } from '../../billing/ids.ts';
import { balanceOf } from '../../db/balances.ts';
import { Customer } from '../../db/entities/customer.ts';
import { LedgerTransaction } from '../../db/entities/ledger.ts';
import type { OrderRow } from '../../db/entities/order.ts';
import { Product } from '../../db/entities/product.ts';
import type { EntityManager } from '../../db/orm.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';
import { aHealthyShop, type Healthy, untaxed } from '../invariants/healthy.ts';

let database: FreshDatabase;
let shop: Healthy;

beforeAll(async () => {
  database = await freshDatabase();
  shop = await database.orm.em.fork().transactional((em) => aHealthyShop(em));
});
afterAll(() => database[Symbol.asyncDispose]());

async function anOrder(amount: number, after: (em: EntityManager, order: OrderRow) => Promise<void> = async () => {}) {
  return database.orm.em.fork().transactional(async (em) => {
    const at = new Date();
    const customer = await em.findOneOrFail(Customer, shop.customerId);
    const product = await em.findOneOrFail(Product, { organization: shop.organizationId });
    const order = await createOrder(em, {
      ...{ id: randomUUID() as OrderId, customer, product, subscription: null, cycle: null, checkoutId: null },
      ...{ billingReason: 'purchase' as const, currency: 'usd', seats: null, metadata: {}, at },
      priced: untaxed([{ label: 'Pro', amount, priceId: null, proration: true }]),
    });
    await settleWithBalance(em, order, at);
    if (dueOf(order) === 0) await markPaid(em, order, at);
    await em.flush();
    await after(em, order);
    return { applied: order.appliedBalanceAmount, due: dueOf(order) };
  });
}

const balance = () => balanceOf(database.orm.em.fork(), shop.customerId, 'usd');
async function broken(): Promise<string[]> {
  const { organizationId } = shop;
  const found = await compareRows(database.orm.em.fork(), { organizationId, at: new Date(), named: 20 });
  return found.map(({ rule }) => rule);
}

it('is credited by what comes to less than nothing, and pays for what comes after, whole or in part', async () => {
  expect(await anOrder(-5000)).toEqual({ applied: 5000, due: 0 });
  expect(await balance()).toBe(5000);
  expect(await anOrder(2000)).toEqual({ applied: -2000, due: 0 });
  expect(await balance()).toBe(3000);
  const voided = await anOrder(4000, async (em, order) => {
    expect(dueOf(order)).toBe(1000);
    order.status = 'void';
    await giveBackToBalance(em, order, new Date());
  });
  expect(voided).toEqual({ applied: 0, due: 4000 });
  expect(await balance()).toBe(3000);
  expect(await broken()).toEqual([]);
});

it('pays for orders that are made at once as far as it goes, once', async () => {
  const left = await balance();
  const booked = () => database.orm.em.fork().count(LedgerTransaction, { kind: 'balance' });
  const before = await booked();
  const made = await Promise.all(Array.from({ length: 20 }, () => anOrder(200)));
  const paidFor = made.reduce((sum, { applied }) => sum - applied, 0);
  expect(paidFor).toBe(Math.min(left, 4000));
  expect(await balance()).toBe(left - paidFor);
  expect((await booked()) - before).toBe(made.filter(({ applied }) => applied !== 0).length);
});

it('is told apart from the books when somebody writes into it', async () => {
  await database.orm.em.fork().execute('update customer_balances set amount = amount + 1');
  expect(await broken()).toContain('a customer’s balance is what the books say');
});
