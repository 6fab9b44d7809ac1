/** Made-up events of a language model's users, each with an id of its own, and somebody who sends them. */
import { request } from 'undici';

/** Of each batch the events are some customers', as those of one backend are. */
const CUSTOMERS_A_BATCH = 10;

export interface Stream {
  readonly customers: number;
  /** The next batch, as JSON. */
  next(size: number): string;
}

export function eventStream(customers: number): Stream {
  let count = 0;
  return {
    customers,
    next(size) {
      const timestamp = new Date().toISOString();
      const first = Math.floor(Math.random() * customers);
      const events = Array.from({ length: size }, (_, i) => {
        count += 1;
        return {
          name: 'llm.completion',
          external_id: `evt_${String(count).padStart(12, '0')}`,
          external_customer_id: `customer-${(first + (i % CUSTOMERS_A_BATCH)) % customers}`,
          timestamp,
          metadata: { model: 'large', tokens: count % 997, region: 'eu' },
        };
      });
      return JSON.stringify({ events });
    },
  };
}

/** Events a second that were acknowledged, sent for `seconds` over `connections`; the batches are made beforehand. */
export async function sendFor(
  seconds: number,
  { url, token, stream, size, connections }: Sending,
): Promise<{ readonly rate: number; readonly sent: number }> {
  const end = performance.now() + seconds * 1000;
  const began = performance.now();
  let acknowledged = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        const response = await request(url, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          },
          body: stream.next(size),
        });
        const answer = (await response.body.json()) as { inserted?: number };
        if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${JSON.stringify(answer)}`);
        acknowledged += answer.inserted ?? 0;
      }
    }),
  );
  return { rate: (acknowledged * 1000) / (performance.now() - began), sent: acknowledged };
}

export interface Sending {
  readonly url: string;
  readonly token: string | null;
  readonly stream: Stream;
  readonly size: number;
  readonly connections: number;
}
