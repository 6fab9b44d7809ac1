/** How a process waits for a customer's bank: for the processor to speak of it, and asking it now and then. */
import { condition } from '@temporalio/workflow';
import type { Due } from '../billing/subscription-state.ts';
import type { TestClockState } from './clock.ts';

/** How often the processor is asked about a charge that it doesn't speak of by itself. */
const FIRST_POLL = 10_000;
const LONGEST_POLL = 10 * 60_000;

export class BankWatch {
  private heard = false;
  private begun = 0;
  private done = 0;
  private pause = FIRST_POLL;
  private nextPollAt: number | null = null;

  hear(): void {
    this.heard = true;
  }

  /** For a handler: until the processor has answered what it is asked from now on, or nothing is waited for any more. */
  async lookedAgain(isOver: () => boolean): Promise<void> {
    const before = this.begun;
    this.heard = true;
    await condition(() => this.done > before || isOver());
  }

  /**
   * Until it is time to ask the processor, something else is due by the customer's clock, or `woken`. The processor lives
   * in real time, also where the customer lives on a test clock.
   */
  async wait(clock: TestClockState | null, due: Due | null, woken: () => boolean): Promise<'due' | 'look' | 'woken'> {
    this.nextPollAt ??= Date.now() + this.pause;
    const isDue = () => due !== null && due.at <= (clock === null ? Date.now() : clock.target);
    const until = clock === null && due !== null ? Math.min(this.nextPollAt, due.at) : this.nextPollAt;
    const left = Math.max(1, until - Date.now());
    await condition(() => woken() || this.heard || isDue(), left, { summary: 'until the bank has answered' });
    if (woken()) return 'woken';
    if (isDue()) {
      if (clock !== null && due !== null) clock.now = Math.max(clock.now, due.at);
      return 'due';
    }
    return 'look';
  }

  looking(): void {
    this.begun += 1;
    this.heard = false;
  }

  /** The processor was asked, and the bank has not answered. */
  looked(): void {
    this.done = this.begun;
    this.pause = Math.min(this.pause * 2, LONGEST_POLL);
    this.nextPollAt = Date.now() + this.pause;
  }

  /** The next charge that waits is asked about from the beginning. */
  over(): void {
    this.done = this.begun;
    this.heard = false;
    this.pause = FIRST_POLL;
    this.nextPollAt = null;
  }
}
