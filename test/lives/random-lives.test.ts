/**
 * Random lives of 60 steps, on the product's own activities and a real database: whatever happens in whatever order, the
 * books balance, the previews were right, and every invariant holds after each step. `npm run test:lives` lives a
 * thousand of them; `LIVES` says how many, and `LIVES_SEED` lives the same ones again.
 */
import fc from 'fast-check';
import { aDatabaseForLives, type LivesDatabase } from './database.ts';
import { Life } from './life.ts';
import type { StageOptions } from './stage.ts';
import { type LifeStep, lifeStep, stageOptions } from './steps.ts';

const LIVES = Number(process.env.LIVES ?? 40);
const SEED = Number(process.env.LIVES_SEED ?? Math.floor(Math.random() * 2 ** 31));
const STEPS = 60;
/** Several at once, each in a database of its own, which is left behind before it grows slow. */
const LANES = 3;
const LIVES_A_DATABASE = 40;

const told = new Map<string, number>();

async function live(database: LivesDatabase, options: StageOptions, steps: readonly LifeStep[]): Promise<Life> {
  const life = await Life.begin(database, options);
  for (const step of steps) await life.lives(step);
  return life;
}

async function livesOf(seed: number, numRuns: number): Promise<void> {
  await using database = await aDatabaseForLives();
  const steps = fc.array(lifeStep, { minLength: STEPS, maxLength: STEPS });
  const property = fc.asyncProperty(stageOptions, steps, async (options, lived) => {
    for (const [what, count] of (await live(database, options, lived)).told) {
      told.set(what, (told.get(what) ?? 0) + count);
    }
  });
  const { failed, counterexample } = await fc.check(property, { seed, numRuns, endOnFailure: true });
  if (failed && counterexample !== null) throw await shortened(database, ...counterexample);
}

/** The failing life, without the steps that it fails without: chunks of them are left out as long as it still fails. */
async function shortened(database: LivesDatabase, options: StageOptions, steps: readonly LifeStep[]): Promise<Error> {
  const failureOf = (tried: readonly LifeStep[]) =>
    live(database, options, tried).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
  let [left, failure] = [steps, new Error('It failed once, and not again.')];
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = left.length - size; from > -size; from -= size) {
      const tried = left.filter((_, index) => index < from || index >= from + size);
      const failed = await failureOf(tried);
      if (failed !== null) [left, failure] = [tried, failed];
    }
  }
  const story = left.map((step) => `  ${JSON.stringify(step)}`).join('\n');
  failure.message = `LIVES_SEED=${SEED}, ${JSON.stringify(options)}\n${story}\n${failure.message}`;
  return failure;
}

it(`${LIVES} lives of ${STEPS} steps keep every promise`, async () => {
  const begun = Date.now();
  const batches = Array.from({ length: Math.ceil(LIVES / LIVES_A_DATABASE) }, (_, index) => index);
  const sizeOf = (index: number) => Math.min(LIVES_A_DATABASE, LIVES - index * LIVES_A_DATABASE);
  const lane = async () => {
    for (let index = batches.shift(); index !== undefined; index = batches.shift()) {
      await livesOf(SEED + index, sizeOf(index));
    }
  };
  try {
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    const seconds = ((Date.now() - begun) / 1000).toFixed(1);
    const counted = [...told].toSorted().map(([what, count]) => `${what} ${count}`);
    process.stderr.write(`${LIVES} lives, seed ${SEED}, ${seconds} s: ${counted.join(', ')}\n`);
  }
}, 10_800_000);
