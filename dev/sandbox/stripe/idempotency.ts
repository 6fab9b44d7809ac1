/** Idempotency keys as Stripe treats them: the first answer is the answer, for 24 hours. */
import { StripeFailure } from './failures.ts';
import type { Store } from './store.ts';

const KEPT_FOR_MS = 24 * 60 * 60 * 1000;

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly requestId: string;
}

export class IdempotencyKeys {
  readonly #store: Store;
  readonly #inFlight = new Set<string>();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * The saved answer, if there is one; else the key is held until `release`. `request` is all that must be the same
   * the next time. Throws 409 while another request holds the key, 400 when the key was used for another request.
   */
  claim(key: string, request: string): Answer | undefined {
    if (this.#inFlight.has(key)) {
      throw new StripeFailure(409, {
        type: 'invalid_request_error',
        code: 'idempotency_key_in_use',
        message: 'There is currently another in-progress request using this idempotency key.',
      });
    }
    const [row] = this.#store.rows('select * from replays where key = ? and at > ?', key, Date.now() - KEPT_FOR_MS);
    if (!row) {
      this.#inFlight.add(key);
      return undefined;
    }
    if (row.request !== request) {
      throw new StripeFailure(400, {
        type: 'idempotency_error',
        message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      });
    }
    return { status: Number(row.status), body: String(row.body), requestId: String(row.request_id) };
  }

  save(key: string, request: string, answer: Answer): void {
    this.#store.run(
      'insert or replace into replays values (?, ?, ?, ?, ?, ?)',
      ...[key, request, answer.status, answer.body, answer.requestId, Date.now()],
    );
  }

  release(key: string): void {
    this.#inFlight.delete(key);
  }

  prune(): void {
    this.#store.run('delete from replays where at <= ?', Date.now() - KEPT_FOR_MS);
  }
}
