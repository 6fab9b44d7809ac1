/**
 * Random plans and what their subscribers do: changes, meter cycles, two subscriptions on one meter, late payment, pauses,
 * discounts, trials, wallets. After each step the orders, balances and periods of the product must be those of a sheet
 * that is kept beside it, written from the rules alone. `ORACLE_RUNS` is how many scenarios, `ORACLE_SEED` which ones: the
 * same if nothing is said. A failure names what brings it back; `ORACLE_SHRINK=1` leaves out the steps that it fails without.
 */
import fc from 'fast-check';
import { aDatabaseForLives, type LivesDatabase } from '../lives/database.ts';
import { PlansLife } from './oracle-plans-life.ts';
import { type Scenario, type Step, scenario } from './oracle-plans-scenario.ts';

const { ORACLE_RUNS = '4', ORACLE_SEED = '11', ORACLE_FROM = '0', ORACLE_SHRINK } = process.env;
const RUNS = Number(ORACLE_RUNS);
const SEED = Number(ORACLE_SEED);

let database: LivesDatabase;
beforeAll(async () => {
  database = await aDatabaseForLives();
});
afterAll(() => database[Symbol.asyncDispose]());

const told = new Map<string, number>();

async function lived(each: Scenario, steps: readonly Step[]): Promise<void> {
  const life = await PlansLife.begin(database, each);
  for (const [i, step] of steps.entries()) {
    await life.take(step).catch((error: unknown) => {
      throw new Error(`At step ${i}, ${JSON.stringify(step)}: ${error}`);
    });
  }
  expect(await life.disagreements()).toEqual([]);
  for (const [what, count] of life.told) told.set(what, (told.get(what) ?? 0) + count);
}

/** Without the steps that it fails without. */
async function shortened(each: Scenario): Promise<string> {
  const failureOf = (steps: readonly Step[]) => lived(each, steps).then(() => null, String);
  let [left, failure] = [each.steps, 'It failed once, and not again.'];
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = left.length - size; from > -size; from -= size) {
      const tried = left.filter((_, i) => i < from || i >= from + size);
      const failed = await failureOf(tried);
      if (failed !== null) [left, failure] = [tried, failed];
    }
  }
  const { steps: _, ...shop } = each;
  return [JSON.stringify(shop), ...left.map((step) => JSON.stringify(step)), failure].join('\n');
}

it(`${RUNS} scenarios are billed as the sheet says`, async () => {
  const scenarios = fc.sample(scenario, { seed: SEED, numRuns: RUNS });
  const first = Number(ORACLE_FROM);
  for (const [i, each] of scenarios.entries()) {
    if (i < first) continue;
    const failure = await lived(each, each.steps).then(() => null, String);
    if (failure === null) continue;
    const story = ORACLE_SHRINK === undefined ? failure : await shortened(each);
    throw new Error(`ORACLE_SEED=${SEED} ORACLE_FROM=${i} ORACLE_RUNS=${i + 1}\n${story}`);
  }
  const counted = [...told].toSorted().map(([what, count]) => `${what} ${count}`);
  process.stderr.write(`${RUNS} scenarios, seed ${SEED}: ${counted.join(', ')}\n`);
}, 3_600_000);
