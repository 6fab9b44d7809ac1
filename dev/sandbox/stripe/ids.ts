/** Ids and secrets as Stripe writes them: a prefix that says the kind, then letters and digits. */
import { createHash, randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export function newId(prefix: string): string {
  const length = prefix === 'cus' || prefix === 'req' ? 14 : 24;
  return `${prefix}_${spell(randomBytes(length))}`;
}

export function newClientSecret(id: string): string {
  return `${id}_secret_${spell(randomBytes(25))}`;
}

/** The same for every use of one card number, and says nothing of the number. */
export function fingerprintOf(number: string): string {
  return spell(createHash('sha256').update(`card ${number}`).digest().subarray(0, 16));
}

function spell(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

/** Seconds since 1970, as every `created`. */
export function now(): number {
  return Math.floor(Date.now() / 1000);
}
