/** What the preview of the next charge says of a subscription that pauses. */
import { boughtAt } from './changing.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const NOTHING = { lines: [], subtotal_amount: 0, total_amount: 0, applied_balance_amount: 0, due_amount: 0 };

it('shows no charge where the period ends with a pause, nor while paused, and when it resumes', async () => {
  const sub = await boughtAt(running);
  const end = '2027-05-01T00:00:00.000Z';
  const preview = async () => (await sub.nextCharge()).body;
  expect(await preview()).toMatchObject({ due_amount: 500, charged_at: end, resumes_at: null });

  await sub.patch({ pause_at_period_end: true });
  expect(await preview()).toMatchObject({ ...NOTHING, charged_at: null, resumes_at: null });
  const resumesAt = '2027-06-10T00:00:00.000Z';
  await sub.patch({ pause_at_period_end: true, resumes_at: resumesAt });
  expect(await preview()).toMatchObject({ ...NOTHING, charged_at: null, resumes_at: resumesAt });
  await sub.patch({ pause_at_period_end: false });
  expect(await preview()).toMatchObject({ due_amount: 500, charged_at: end, resumes_at: null });

  await sub.patch({ pause_at_period_end: true, resumes_at: resumesAt });
  await sub.lives('2027-05-02T00:00:00.000Z');
  expect((await sub.show()).status).toBe('paused');
  expect(await preview()).toMatchObject({ ...NOTHING, charged_at: null, resumes_at: resumesAt });
  await sub.lives('2027-06-11T00:00:00.000Z');
  expect(await preview()).toMatchObject({ due_amount: 500, charged_at: '2027-07-10T00:00:00.000Z', resumes_at: null });
});
