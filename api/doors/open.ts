/**
 * An address that opens a checkout for whoever comes: a checkout link, or the shop's own. Visitors are led on at once.
 * What only looks — a preview, a crawler, a prefetch, HEAD — sees a page with a button, and leaves no checkout behind.
 */
import type { LoadedCheckout } from '../../db/views/checkout.ts';
import type { Passage } from '../replies.ts';
import type { RequestContext } from '../route.ts';
import { opened } from './limits.ts';
import { type DoorPage, htmlOf } from './page.ts';
import { isLooking } from './visitors.ts';

export interface Door {
  /** What visits are counted by. */
  readonly name: string;
  readonly shop: string;
  /** What is sold here. */
  readonly products: readonly string[];
  /** For the checkout's page: how it shows itself. */
  readonly pageQuery?: URLSearchParams;
  open(): Promise<Pick<LoadedCheckout, 'checkout'>>;
}

type Visited = Pick<RequestContext, 'environment' | 'request'>;

export async function enter(door: Door, { environment, request }: Visited): Promise<Passage> {
  // The button of the page is pressed by people only.
  if (request.method !== 'POST' && isLooking(request.method, request.headers)) return shown(welcome(door));
  const seconds = await opened.secondsToWait(door.name, request.ip);
  if (seconds !== null) return shown(crowded(seconds));
  const { checkout } = await door.open();
  const query = door.pageQuery?.toString();
  return { to: `${environment.PUBLIC_URL}/checkout/${checkout.clientSecret}${query ? `?${query}` : ''}` };
}

export function shown(page: DoorPage): Passage {
  const { status, retryAfter } = page;
  return { page: htmlOf(page), status, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

const welcome = ({ shop, products }: Door): DoorPage => ({
  status: 200,
  title: products.join(', '),
  text: `Sold by ${shop}.`,
  button: 'Go to the checkout',
});

const crowded = (seconds: number): DoorPage => ({
  status: 429,
  title: 'One moment, please',
  text: `Many checkouts were opened from here just now. Try again in ${seconds === 1 ? 'a second' : `${seconds} seconds`}.`,
  button: 'Try again',
  retryAfter: seconds,
});
