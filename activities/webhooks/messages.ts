/** What an event looks like to people in a chat. */
import { z } from 'zod';

/** Discord refuses longer messages. */
const LONGEST = 2_000;

const Payload = z.object({
  type: z.string(),
  data: z
    .object({
      id: z.string(),
      status: z.string(),
      name: z.string().nullable(),
      email: z.string().nullable(),
      total_amount: z.number(),
      amount: z.number(),
      currency: z.string(),
      product: z.object({ name: z.string() }).partial().nullable(),
      customer: z.object({ name: z.string().nullable(), email: z.string().nullable() }).partial().nullable(),
      customer_email: z.string().nullable(),
    })
    .partial(),
});

/** The body for an endpoint's format: the very payload, or a message made of it. */
export function bodyFor(format: 'raw' | 'slack' | 'discord', payload: string): string {
  switch (format) {
    case 'raw':
      return payload;
    case 'slack':
      return JSON.stringify({ text: inWords(payload, escapeForSlack) });
    case 'discord':
      // Names come from customers, so that a mention in one must not ring anybody.
      return JSON.stringify({ content: inWords(payload, (text) => text), allowed_mentions: { parse: [] } });
  }
}

function inWords(payload: string, made: (text: string) => string): string {
  const parsed = Payload.safeParse(JSON.parse(payload));
  if (!parsed.success) return 'Something happened.';
  const { type, data } = parsed.data;
  const who = data.customer?.name ?? data.customer?.email ?? data.customer_email ?? data.name ?? data.email;
  const amount = data.total_amount ?? data.amount;
  const facts = [
    who,
    data.product?.name,
    data.status,
    amount !== undefined && data.currency !== undefined ? inMoney(amount, data.currency) : undefined,
    data.id,
  ].filter((fact) => typeof fact === 'string');
  return `${type}: ${made(facts.join(' · '))}`.slice(0, LONGEST);
}

function inMoney(amount: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}

const escapeForSlack = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
