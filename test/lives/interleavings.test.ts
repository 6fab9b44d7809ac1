/**
 * The same things in another order bill the same. What must be equal, and why:
 * - what bills nothing (metadata, previews, a customer's details, another card) may come in between anywhere: every order,
 *   payment and balance is the same;
 * - two subscriptions are independent: asked in either order, each is billed the same. Only which of their orders the
 *   customer's balance pays may differ, so what was charged is compared less what is left of the balance;
 * - seats that change several times in one second: before tax, which is rounded once an order, they come to the same sum
 *   by whatever way, since all of them are prorated over the same rest of the period.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { PaymentMethodId } from '../../billing/ids.ts';
import { Customer } from '../../db/entities/customer.ts';
import { sumOf } from './checks.ts';
import { aDatabaseForLives, type LivesDatabase } from './database.ts';
import { Life } from './life.ts';
import { OFFERS } from './offers.ts';
import type { SnapshotOrder } from './snapshot.ts';
import { type LifeStep, lifeStep, stageOptions } from './steps.ts';

const RUNS = Math.max(10, Math.floor(Number(process.env.LIVES ?? 40) / 4));
const SEED = Number(process.env.LIVES_SEED ?? Math.floor(Math.random() * 2 ** 31));
const settings = { seed: SEED, numRuns: RUNS, endOnFailure: true };
const HOURS = 3_600_000;

let database: LivesDatabase;
beforeAll(async () => {
  database = await aDatabaseForLives();
});
afterAll(() => database[Symbol.asyncDispose]());

const plain = { slot: 0, repeated: false };
const buy = (offer: 'lite' | 'team', seats = 1): LifeStep => ({ kind: 'buy', offer, seats, discount: null, ...plain });

/** What an order comes to, and what is said of it, without ids. */
const said = ({ reason, status, cycle, lines, ...order }: SnapshotOrder) => ({
  ...{ reason, status, cycle, lines: lines.map(({ label, amount, proration }) => [label, amount, proration]) },
  ...{ discount: order.discount_amount, tax: order.tax_amount, total: order.total_amount },
});

const sorted = (of: readonly unknown[]): string[] => of.map((one) => JSON.stringify(one)).toSorted();

function bill({ snapshot }: Life) {
  return {
    orders: sorted(snapshot.orders.map((order) => ({ ...said(order), applied: order.applied_balance_amount }))),
    payments: sorted(snapshot.payments.map(({ status, amount }) => [status, amount])),
    balance: snapshot.balance,
    subscriptions: sorted(snapshot.subscriptions.map(({ status, cycle, granted }) => [status, cycle, granted])),
  };
}

const charged = ({ snapshot }: Life) =>
  sumOf(snapshot.payments.filter(({ status }) => status === 'succeeded').map(({ amount }) => amount));

async function lived(options: Parameters<typeof Life.begin>[1], steps: readonly LifeStep[]): Promise<Life> {
  const life = await Life.begin(database, options);
  for (const step of steps) await life.lives(step);
  return life;
}

type Noise = 'metadata' | 'previews' | 'details' | 'card';

async function between(life: Life, noise: Noise): Promise<void> {
  const { customerId } = life.stage;
  const em = database.deps.orm.em.fork();
  switch (noise) {
    case 'metadata':
      return life.isOver ? undefined : life.lives({ kind: 'metadata', ...plain });
    case 'previews':
      return life.previews();
    case 'details':
      await em.nativeUpdate(Customer, customerId, { name: 'Ada', email: `${randomUUID()}@example.com` });
      return;
    case 'card':
      await em.nativeUpdate(Customer, customerId, { defaultPaymentMethodId: randomUUID() as PaymentMethodId });
      return;
  }
}

it('what bills nothing may come in between anywhere', async () => {
  const noise = fc.constantFrom<Noise>('metadata', 'previews', 'details', 'card');
  const steps = fc.array(fc.tuple(lifeStep, fc.array(noise, { maxLength: 2 })), { minLength: 20, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(stageOptions, steps, async (options, told) => {
      const quiet = await lived(options, [buy('lite'), ...told.map(([step]) => step)]);
      const noisy = await lived(options, [buy('lite')]);
      for (const [step, noises] of told) {
        for (const one of noises) await between(noisy, one);
        await noisy.lives(step);
      }
      expect(bill(noisy)).toEqual(bill(quiet));
    }),
    settings,
  );
}, 3_600_000);

it('two subscriptions of a customer are billed the same, whichever is asked first', async () => {
  const asked = lifeStep
    .filter(({ kind }) => ['product', 'seats', 'discount', 'cancel', 'pause'].includes(kind))
    // A customer's usage is counted by the one that has the meter first.
    .filter((step) => step.kind !== 'product' || OFFERS[step.offer].usage === null);
  const round = fc.record({ first: asked, second: asked, hours: fc.integer({ min: 1, max: 1000 }) });
  const rounds = fc.array(round, { minLength: 6, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(stageOptions, rounds, async (options, told) => {
      const inOrder = (isSwapped: boolean) =>
        lived(options, [
          buy('lite'),
          buy('team', 5),
          ...told.flatMap(({ first, second, hours }): LifeStep[] => {
            // A discount of which there is one is not independent.
            const of = (step: LifeStep): LifeStep =>
              step.kind === 'discount' && step.discount === 'rare' ? { ...step, discount: 'half' } : step;
            const [a, b] = [
              { ...of(first), slot: 0 },
              { ...of(second), slot: 1 },
            ];
            return [...(isSwapped ? [b, a] : [a, b]), { kind: 'pass', ms: hours * HOURS, ...plain }];
          }),
        ]);
      const [one, other] = [await inOrder(false), await inOrder(true)];
      fc.pre(one.hasKeptSlots && other.hasKeptSlots);
      expect(sorted(other.snapshot.orders.map(said))).toEqual(sorted(one.snapshot.orders.map(said)));
      expect(charged(other) - other.snapshot.balance).toBe(charged(one) - one.snapshot.balance);
    }),
    settings,
  );
}, 3_600_000);

it('seats that change several times in one second come to one sum, in whatever order', async () => {
  const way = fc.record({
    days: fc.integer({ min: 0, max: 27 }),
    from: fc.integer({ min: 1, max: 100 }),
    by: fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 2, maxLength: 4 }),
    to: fc.integer({ min: 1, max: 100 }),
    behavior: fc.constantFrom('invoice' as const, 'prorate' as const),
  });
  await fc.assert(
    fc.asyncProperty(stageOptions, way, async (options, { days, from, by, to, behavior }) => {
      const through = async (seats: readonly number[]) => {
        const changes = seats.map((count): LifeStep => ({ kind: 'seats', seats: count, behavior, ...plain }));
        const pass: LifeStep = { kind: 'pass', ms: days * 24 * HOURS, ...plain };
        const renewed: LifeStep = { kind: 'pass_to_due', offset: 0, ...plain };
        const life = await lived(options, [buy('team', from), pass, ...changes, renewed]);
        const { orders } = life.snapshot;
        return sumOf(orders.map((order) => order.subtotal_amount - order.discount_amount));
      };
      const there = await through([...by, to]);
      expect(await through([...by.toReversed(), to])).toBe(there);
      expect(await through([to])).toBe(there);
    }),
    settings,
  );
}, 3_600_000);
