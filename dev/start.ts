/** `npm start`: all of Perennial on this machine, until Ctrl-C. Its options are in the environment; see README. */
import { join } from 'node:path';
import { onEnding } from './services/endings.ts';
import { writeJson } from './start/files.ts';
import { readOptions } from './start/options.ts';
import { createProgress } from './start/progress.ts';
import { openShop, type Shop } from './start/shop.ts';
import { stepsOf } from './start/steps.ts';
import { overview } from './start/table.ts';
import { createSystem, type System } from './system.ts';

const ending = new AbortController();
const progress = createProgress();
const asked = new Promise<void>((resolve) => {
  onEnding(
    () => {
      ending.abort(new Error('Stopped while starting.'));
      resolve();
    },
    // The keeper ends what is left.
    () => process.exit(130),
  );
});

let system: System | undefined;
try {
  const options = { ...readOptions(), log: progress.say, signal: ending.signal };
  system = await createSystem(options);
  const started = system;
  let shop: Shop | undefined;
  const seed = async () => {
    shop = await openShop(started);
  };
  const steps = [...stepsOf(started, options), [{ title: 'Demo shop', run: seed }]];
  await Promise.race([progress.run(steps), asked.then(() => ending.signal.throwIfAborted())]);
  if (shop !== undefined) announce(started, shop);
  await asked;
} catch (error) {
  if (!ending.signal.aborted) {
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
if (ending.signal.aborted) process.stdout.write('\nStopping\n');
await system?.stop();
process.exit();

function announce(running: System, shop: Shop): void {
  writeJson(join(running.home, 'dev.json'), {
    api: running.api,
    token: shop.token,
    organization_id: shop.organizationId,
    temporal_address: running.temporalAddress,
    temporal_ui: running.temporalUi ?? null,
    temporal_namespace: running.temporalNamespace,
    database_url: running.databaseUrl,
    stripe_api: running.stripeApi,
    operator_token: running.operatorToken,
  });
  process.stdout.write(overview(running, shop));
}
