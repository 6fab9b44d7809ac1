/**
 * Random plans and what their subscribers do: changes, upgrades, meter cycles, two subscriptions on one meter, late payment,
 * pauses, moved periods, discounts, trials, wallets, taxes; and what they use, of any age, sent twice, at once, or while
 * something is billed. After each step the orders, balances and periods of the product must be those of a sheet that is
 * kept beside it, written from the rules alone, and what was shown beforehand must be what was billed.
 *
 * `ORACLE_RUNS` is how many scenarios, `ORACLE_SEED` which ones: the same if nothing is said. A failure names what brings it
 * back; `ORACLE_SHRINK=1` leaves out the steps that it fails without.
 */
import fc from 'fast-check';
import { describeOnClickHouse } from './clickhouse.ts';
import { aDatabaseForPlans, type PlansDatabase } from './oracle-plans-events.ts';
import { KINDS } from './oracle-plans-kinds.ts';
import { PlansLife } from './oracle-plans-life.ts';
import { type Scenario, type Step, scenario } from './oracle-plans-scenario.ts';

const { ORACLE_RUNS = '32', ORACLE_SEED = '2', ORACLE_FROM = '0', ORACLE_SHRINK } = process.env;
const RUNS = Number(ORACLE_RUNS);
const SEED = Number(ORACLE_SEED);
const FROM = Number(ORACLE_FROM);
const scenarios = fc.sample(scenario, { seed: SEED, numRuns: RUNS });
/** In ClickHouse every so many-th: what is billed is the same in both, as it is of Postgres alone. */
const ELSEWHERE = 4;
/** Of those that are told if nothing is said, and of so many of whichever, each kind of step has to be one. */
const ENOUGH = process.env.ORACLE_SEED === undefined ? 32 : 100;
/** A database is left behind before it grows slow. */
const SCENARIOS_A_DATABASE = 40;
const LONGEST_MS = 120_000 + RUNS * 60_000;

const told = new Map<string, number>();
let hasFailed = false;

async function lived(
  database: PlansDatabase,
  each: Scenario,
  steps: readonly Step[],
  atHalf?: () => Promise<void>,
): Promise<void> {
  const life = await PlansLife.begin(database, each);
  for (const [i, step] of steps.entries()) {
    if (i === Math.floor(steps.length / 2)) await atHalf?.();
    await life.take(step).catch((error: unknown) => {
      throw new Error(`At step ${i}, ${JSON.stringify(step)}: ${error}`);
    });
  }
  await life.end();
  for (const [what, count] of life.told) told.set(what, (told.get(what) ?? 0) + count);
}

/** Without the steps that it fails without. */
async function shortened(database: PlansDatabase, each: Scenario): Promise<string> {
  const failureOf = (steps: readonly Step[]) => lived(database, each, steps).then(() => null, String);
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

async function allLive(isInClickHouse: boolean): Promise<void> {
  let database: PlansDatabase | null = null;
  let left = 0;
  for (const [i, each] of scenarios.entries()) {
    if (i < FROM || (isInClickHouse && i % ELSEWHERE !== 0)) continue;
    if (database === null || left === 0) {
      await database?.[Symbol.asyncDispose]();
      database = await aDatabaseForPlans({ isInClickHouse });
      left = SCENARIOS_A_DATABASE;
    }
    // The first of a database while it goes on; the others find events where they are then.
    const isMoved = isInClickHouse && left === SCENARIOS_A_DATABASE;
    left -= 1;
    const failure = await lived(database, each, each.steps, isMoved ? database.moveToClickHouse : undefined).then(
      () => null,
      String,
    );
    if (failure === null) continue;
    hasFailed = true;
    const story = ORACLE_SHRINK === undefined ? failure : await shortened(database, each);
    await database[Symbol.asyncDispose]();
    throw new Error(`ORACLE_SEED=${SEED} ORACLE_FROM=${i} ORACLE_RUNS=${i + 1}\n${story}`);
  }
  await database?.[Symbol.asyncDispose]();
}

it(`${RUNS} scenarios are billed as the sheet says`, () => allLive(false), LONGEST_MS);

describeOnClickHouse('with events in ClickHouse', () => {
  it(`${Math.ceil(RUNS / ELSEWHERE)} of them are billed the same`, () => allLive(true), LONGEST_MS);
});

it('each kind of step was among them', () => {
  const never = KINDS.filter((kind) => (told.get(kind) ?? 0) === 0);
  const counted = [...told].toSorted().map(([what, count]) => `${what} ${count}`);
  const missing = never.length === 0 ? '' : `; never: ${never.join(', ')}`;
  process.stderr.write(`${RUNS} scenarios, seed ${SEED}: ${counted.join(', ')}${missing}\n`);
  if (RUNS - FROM >= ENOUGH && !hasFailed) expect(never).toEqual([]);
});
