/** Events on their way: signed as Stripe signs, tried until they are taken, and kept on disk until then. */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { now } from './ids.ts';
import type { Store } from './store.ts';

export const WebhookMode = z.enum(['normal', 'silent', 'twice', 'shuffled']);
/** `silent` loses events for good; `twice` repeats each; `shuffled` repeats each and lets later ones overtake. */
export type WebhookMode = z.infer<typeof WebhookMode>;

export interface Receiver {
  readonly url: string;
  readonly secret: string;
}

const AT_ONCE = 16;
const FIRST_RETRY_MS = 500;
const LONGEST_WAIT_MS = 60_000;
const ANSWER_WITHIN_MS = 15_000;
const SHUFFLE_OVER_MS = 1_500;
/** The receiver given by configuration, beside those made through the API. */
const CONFIGURED = 'configured';

interface Delivery {
  readonly seq: number;
  readonly event: string;
  readonly endpoint: string;
  readonly attempts: number;
}

export class Webhooks {
  readonly #store: Store;
  readonly #configured: Receiver | undefined;
  readonly #underWay = new Map<number, AbortController>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #mode: WebhookMode;

  constructor(store: Store, configured: Receiver | undefined) {
    this.#store = store;
    this.#configured = configured;
    this.#mode = WebhookMode.catch('normal').parse(store.fact('webhook mode'));
  }

  get mode(): WebhookMode {
    return this.#mode;
  }

  set mode(mode: WebhookMode) {
    this.#mode = mode;
    this.#store.setFact('webhook mode', mode);
  }

  /** Within the transaction that made the event: both are kept, or neither. */
  enqueue(event: string, type: string): void {
    const { mode } = this;
    if (mode === 'silent') return;
    const times = mode === 'normal' ? 1 : 2;
    for (const endpoint of this.#listening(type)) {
      for (let time = 0; time < times; time++) {
        const due = Date.now() + (mode === 'shuffled' ? Math.floor(Math.random() * SHUFFLE_OVER_MS) : 0);
        this.#store.run(
          'insert into deliveries (event, endpoint, attempts, due) values (?, ?, 0, ?)',
          event,
          endpoint,
          due,
        );
      }
    }
  }

  #listening(type: string): string[] {
    const made = this.#store
      .list('webhook_endpoint', {}, { limit: 100 }, '')
      .data.filter((endpoint) => endpoint.status === 'enabled')
      .filter(({ enabled_events: wanted }) => wanted.includes('*') || wanted.includes(type));
    return [...(this.#configured ? [CONFIGURED] : []), ...made.map((endpoint) => endpoint.id)];
  }

  pendingOf(event: string): number {
    const [row] = this.#store.rows('select count(*) as count from deliveries where event = ?', event);
    return Number(row?.count);
  }

  get pending(): number {
    return Number(this.#store.rows('select count(*) as count from deliveries')[0]?.count);
  }

  /** Something may be due: after each commit, and at start. */
  wake(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    const free = AT_ONCE - this.#underWay.size;
    if (free <= 0) return;
    const waiting = this.#store
      .rows('select * from deliveries order by due, seq limit ?', AT_ONCE + free)
      .filter((row) => !this.#underWay.has(Number(row.seq)));
    const due = waiting.filter((row) => Number(row.due) <= Date.now()).slice(0, free);
    for (const { seq, event, endpoint, attempts } of due) {
      void this.#deliver({
        seq: Number(seq),
        event: String(event),
        endpoint: String(endpoint),
        attempts: Number(attempts),
      });
    }
    const next = waiting.find((row) => Number(row.due) > Date.now());
    if (next) this.#timer = setTimeout(() => this.wake(), Math.max(1, Number(next.due) - Date.now()));
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const control = new AbortController();
    this.#underWay.set(delivery.seq, control);
    const taken = await this.#send(delivery, control).catch(() => false);
    this.#underWay.delete(delivery.seq);
    if (this.#closed) return;
    if (taken) this.#store.run('delete from deliveries where seq = ?', delivery.seq);
    else {
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_RETRY_MS * 2 ** Math.min(delivery.attempts, 10));
      this.#store.run(
        'update deliveries set attempts = attempts + 1, due = ? where seq = ?',
        Date.now() + wait,
        delivery.seq,
      );
    }
    this.wake();
  }

  /** True when it need not be tried again. */
  async #send({ event, endpoint }: Delivery, control: AbortController): Promise<boolean> {
    const receiver = this.#receiver(endpoint);
    const object = this.#store.find('event', event);
    if (!receiver || !object) return true;
    const body = JSON.stringify({ ...object, pending_webhooks: this.pendingOf(event) });
    const at = now();
    const signature = createHmac('sha256', receiver.secret).update(`${at}.${body}`).digest('hex');
    const response = await fetch(receiver.url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json; charset=utf-8',
        'Stripe-Signature': `t=${at},v1=${signature}`,
        'User-Agent': 'Stripe/1.0 (sandbox)',
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([control.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    });
    await response.arrayBuffer();
    return response.ok;
  }

  #receiver(endpoint: string): Receiver | undefined {
    if (endpoint === CONFIGURED) return this.#configured;
    const made = this.#store.find('webhook_endpoint', endpoint);
    return made?.secret && made.status === 'enabled' ? { url: made.url, secret: made.secret } : undefined;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const control of this.#underWay.values()) control.abort();
  }
}
