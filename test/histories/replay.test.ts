/** Lives that were recorded once must be told the same way by today's code: sleeping processes wake up in it. */
import { readdirSync, readFileSync } from 'node:fs';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { bundledWorkflows } from '../workflows/bundled.ts';

const folder = new URL('./', import.meta.url).pathname;
const recorded = readdirSync(folder).filter((file) => file.endsWith('.json'));

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
});

it('there are recorded lives', () => {
  expect(recorded.length).toBeGreaterThanOrEqual(7);
});

it.each(recorded)('%s replays', async (file) => {
  const history = JSON.parse(readFileSync(folder + file, 'utf8'));
  await Worker.runReplayHistory({ workflowBundle: await bundledWorkflows() }, history, file);
});

it('a life that the code would tell otherwise is noticed', async () => {
  const history = JSON.parse(readFileSync(`${folder}checkout-paid.json`, 'utf8'));
  for (const event of history.events) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) scheduled.activityType.name = 'somethingElse';
  }
  const replayed = Worker.runReplayHistory({ workflowBundle: await bundledWorkflows() }, history, 'checkout');
  await expect(replayed).rejects.toThrow();
});
