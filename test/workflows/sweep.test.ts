/** Processes that were lost get theirs back without anyone asking. */
import { subscriptionWorkflowId } from '../../billing/workflow-ids.ts';
import { SWEEP, startSweep } from '../../worker/sweep.ts';
import { eventually } from '../api/everything.ts';
import { opensNextPeriod } from './lost.ts';
import { aSubscription, type Life, livesInAWorldOfTheirOwn, theWorld } from './support.ts';

livesInAWorldOfTheirOwn();
afterEach(() => theWorld().forget(SWEEP));

it('starts a process again once something is overdue', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-31');
  await startSweep(theWorld().client);
  await startSweep(theWorld().client);
  await theWorld().passTime(20_000);
  await sub.isForgotten();
  await theWorld().passTime(15 * 60_000);
  expect(await sub.paid()).toEqual(['2027-03-01 2000', '2027-04-01 2000']);
});

it('starts a process again, if later, where nothing is due', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.isForgotten();
  await startSweep(theWorld().client);
  await isStartedAgain(sub);
});

it('finds a charge that was under way, though nothing is due for a month', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.isForgotten();
  await startSweep(theWorld().client);
  // Were the first look still under way, it could start the process just before the row is changed behind it.
  await isStartedAgain(sub);
  // It is ended once it waits for something: what it was just doing would hold up the time.
  await theWorld().passTime(20_000);
  await sub.isForgotten();
  await opensNextPeriod(sub, await theWorld().now());
  await theWorld().passTime(15 * 60_000);
  expect(await sub.paid()).toHaveLength(2);
});

async function isStartedAgain(sub: Life): Promise<void> {
  const handle = theWorld().client.workflow.getHandle(subscriptionWorkflowId(sub.ids.subscriptionId));
  await eventually(async () => ((await handle.describe()).status.name === 'RUNNING' ? true : undefined));
}
