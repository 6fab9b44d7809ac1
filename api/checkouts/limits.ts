/** How often a buyer's page may ask something of a checkout; it asks with each field that is filled in. */
import { ApiError } from '../errors.ts';
import { Limit } from '../limits.ts';
import type { RequestContext } from '../route.ts';

const MINUTE = 60;
const edited = new Limit('edited', { duration: MINUTE, network: 600, subject: 120 });
/** The tax of each new place may be asked of a provider that wants money for it. */
const placed = new Limit('placed', { duration: MINUTE, network: 120, subject: 40 });
/** Wrong ones: who has a code mistypes it now and then; who has none tries them all. */
const guessed = new Limit('codes', { duration: 60 * MINUTE, network: 100, subject: 20 });

interface Change {
  readonly customer_billing_address?: unknown;
  readonly discount_code?: string | null | undefined;
}

/** Makes a buyer's change of the checkout with this secret. Throws 429 where there were too many. */
export async function withinLimits<T>(
  secret: string,
  { ip }: Pick<RequestContext['request'], 'ip'>,
  change: Change,
  make: () => Promise<T>,
): Promise<T> {
  await edited.count(secret, ip);
  if (change.customer_billing_address) await placed.count(secret, ip);
  return change.discount_code ? guessed.guess({ subject: secret, ip, isWrong: isWrongCode }, make) : make();
}

/** An address that isn't complete, sent along with the right one, is no guess. */
const isWrongCode = (error: unknown): boolean =>
  error instanceof ApiError &&
  typeof error.detail !== 'string' &&
  error.detail.some(({ loc }) => loc.includes('discount_code'));
