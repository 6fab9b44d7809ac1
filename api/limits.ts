/** How often something may be done without a token: counted by each API process for itself. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { isOwnNetwork, networkOf } from './doors/visitors.ts';
import { tooManyRequests } from './errors.ts';

interface Bounds {
  /** Within how many seconds. */
  readonly duration: number;
  /** By one household or office. People who sit there, and a merchant's own tries, stay far below it. */
  readonly network: number;
  /** Of one thing: a checkout, a link. */
  readonly subject?: number;
}

/**
 * Requests from one's own networks are counted by their subject alone: they come from the operator, or through a proxy that
 * isn't trusted to say for whom, where everybody would be counted together.
 */
export class Limit {
  private readonly byNetwork: RateLimiterMemory;
  private readonly bySubject: RateLimiterMemory | null;

  constructor(name: string, { duration, network, subject }: Bounds) {
    this.byNetwork = new RateLimiterMemory({ keyPrefix: `${name} by network`, points: network, duration });
    this.bySubject =
      subject === undefined ? null : new RateLimiterMemory({ keyPrefix: name, points: subject, duration });
  }

  /** Counts one; null, or for how many seconds to wait. */
  async secondsToWait(subject: string, ip: string | null): Promise<number | null> {
    try {
      for (const [limiter, key] of this.counted(subject, ip)) await limiter.consume(key);
      return null;
    } catch (error) {
      if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext / 1000));
      throw error;
    }
  }

  /** Counts one. Throws 429 where there were too many. */
  async count(subject: string, ip: string | null): Promise<void> {
    const seconds = await this.secondsToWait(subject, ip);
    if (seconds !== null) throw tooManyRequests(seconds);
  }

  /** Counts only what fails as `isWrong` says, however many try at once. */
  async guess<T>(
    { subject, ip, isWrong }: { subject: string; ip: string | null; isWrong: (error: unknown) => boolean },
    tries: () => Promise<T>,
  ): Promise<T> {
    await this.count(subject, ip);
    try {
      const right = await tries();
      await this.takeBack(subject, ip);
      return right;
    } catch (error) {
      if (!isWrong(error)) await this.takeBack(subject, ip);
      throw error;
    }
  }

  private async takeBack(subject: string, ip: string | null): Promise<void> {
    for (const [limiter, key] of this.counted(subject, ip)) await limiter.reward(key);
  }

  private counted(subject: string, ip: string | null): [RateLimiterMemory, string][] {
    const network: [RateLimiterMemory, string][] =
      ip === null || isOwnNetwork(ip) ? [] : [[this.byNetwork, networkOf(ip)]];
    // First: what is too much of one thing is nothing that its network has had.
    return this.bySubject === null ? network : [[this.bySubject, subject], ...network];
  }
}
