/** One POST to a receiver, signed as Standard Webhooks has it. */
import { Webhook } from 'standardwebhooks';
import { type Dispatcher, request } from 'undici';
import type { WebhookEventId } from '../../billing/ids.ts';
import type { WebhookEndpointRow } from '../../db/entities/webhook.ts';
import { bodyFor } from './messages.ts';

/** For all of it: finding the receiver, connecting, sending, the answer and its body. */
const PATIENCE = 10_000;
/** How much of an answer's body is kept, in bytes. */
const KEPT = 2_048;

export interface Message {
  readonly id: WebhookEventId;
  /** The endpoint's own number for the event. */
  readonly sequence: number;
  readonly payload: string;
}

/** What came of an attempt; without an answer, `response` says why. */
export interface Attempt {
  readonly succeeded: boolean;
  readonly httpCode: number | null;
  readonly response: string;
}

export type Post = (to: Pick<WebhookEndpointRow, 'url' | 'secret' | 'format'>, message: Message) => Promise<Attempt>;

/** A receiver that is slow, gone or rude is an answer, never an exception. A redirect is a failure. */
export function poster(dispatcher: Dispatcher): Post {
  return async ({ url, secret, format }, { id, sequence, payload }) => {
    try {
      const text = bodyFor(format, payload);
      const { statusCode, body } = await request(url, {
        dispatcher,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Perennial (webhooks)',
          'webhook-sequence': String(sequence),
          ...signatureHeaders(secret, id, text),
        },
        body: text,
        signal: AbortSignal.timeout(PATIENCE),
      });
      return {
        succeeded: statusCode >= 200 && statusCode < 300,
        httpCode: statusCode,
        response: await beginning(body),
      };
    } catch (error) {
      return { succeeded: false, httpCode: null, response: reasonOf(error) };
    }
  };
}

function signatureHeaders(secret: string, id: string, text: string): Record<string, string> {
  // The receiver holds the time of sending against its own clock, so this alone is the machine's time.
  const sentAt = new Date();
  // The peer's clients take the whole secret, prefix and all, for the key.
  const signature = new Webhook(Buffer.from(secret, 'utf8').toString('base64')).sign(id, sentAt, text);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'webhook-signature': signature,
  };
}

async function beginning(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= KEPT) break;
  }
  // Postgres stores no NUL.
  return Buffer.concat(chunks).subarray(0, KEPT).toString('utf8').replaceAll('\0', '');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'The receiver could not be reached.';
  if (error.name === 'TimeoutError') return `No answer within ${PATIENCE / 1000} seconds.`;
  // Several addresses were tried: each has its own error.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return (first instanceof Error ? first.message : error.message).slice(0, KEPT).replaceAll('\0', '');
}
