/** Time as a process sees it: the server's, or a test clock's that stands still until it is advanced. */
import { condition } from '@temporalio/workflow';

/** Milliseconds since 1970. `now` is what the clock shows, `target` how far it may go. */
export interface TestClockState {
  now: number;
  target: number;
}

/** The present for a process; `clock` is null where real time rules. */
export function now(clock: TestClockState | null): number {
  return clock === null ? Date.now() : clock.now;
}

/**
 * Waits for the instant `due` (null: none) or until `woken`, whichever is first, and says which. Under a test clock it
 * moves the clock to `due` when the clock may go that far, so that what is due is done on its own date.
 */
export async function waitUntil(
  clock: TestClockState | null,
  due: number | null,
  woken: () => boolean,
  summary: string,
): Promise<'due' | 'woken'> {
  if (clock !== null) {
    await condition(() => woken() || (due !== null && due <= clock.target));
    if (due === null || due > clock.target) return 'woken';
    clock.now = Math.max(clock.now, due);
    return 'due';
  }
  if (due === null) {
    await condition(woken);
    return 'woken';
  }
  const left = due - Date.now();
  if (left <= 0) return 'due';
  return (await condition(woken, left, { summary })) ? 'woken' : 'due';
}
