/** A shop to buy from: products and checkouts, made over the public API. */
import { randomUUID } from 'node:crypto';

export interface Seller {
  /** Base URL of the API. */
  readonly api: string;
  readonly token: string;
}

export interface Offer {
  readonly name: string;
  /** Minor units of US dollars, each month. */
  readonly price: number;
  readonly trialDays?: number;
}

/** A monthly product with a license key; answers its id. */
export async function offer(seller: Seller, { name, price, trialDays }: Offer): Promise<string> {
  const benefit = await ask(seller, 'POST', '/v1/benefits/', {
    type: 'license_keys',
    description: `A key for ${name}`,
    properties: { prefix: 'EXAMPLE', activations: { limit: 3, enable_customer_admin: true } },
  });
  const product = await ask(seller, 'POST', '/v1/products/', {
    name,
    description: 'Made for a test.',
    recurring_interval: 'month',
    prices: [{ amount_type: 'fixed', price_amount: price, price_currency: 'usd' }],
    ...(trialDays === undefined ? {} : { trial_interval: 'day', trial_interval_count: trialDays }),
  });
  await ask(seller, 'POST', `/v1/products/${product.id}/benefits`, { benefits: [benefit.id] });
  return String(product.id);
}

/** A code for half of the first order; answers it. */
export async function halfOff(seller: Seller, more: object = {}): Promise<string> {
  const code = `HALF-${randomUUID().slice(0, 8).toUpperCase()}`;
  const half = { name: 'Half off', type: 'percentage', basis_points: 5000, duration: 'once' };
  await ask(seller, 'POST', '/v1/discounts/', { ...half, code, ...more });
  return code;
}

/** A fresh checkout; answers its page. */
export async function checkoutPage(seller: Seller, ...products: readonly string[]): Promise<string> {
  const checkout = await ask(seller, 'POST', '/v1/checkouts/', { products });
  return String(checkout.url);
}

/** Of a customer whom the merchant names, with what their balance pays. */
export async function checkoutPageFor(seller: Seller, customer: string, product: string): Promise<string> {
  return String((await ask(seller, 'POST', '/v1/checkouts/', { products: [product], customer_id: customer })).url);
}

/** To a customer's balance, in cents. */
export async function give(seller: Seller, customer: string, amount: number): Promise<void> {
  const gift = { currency: 'usd', amount, reason: 'Thanks', idempotency_key: randomUUID() };
  await ask(seller, 'POST', `/v1/customers/${customer}/balances`, gift);
}

/** How many orders the customer with this e-mail has. */
export async function countOrders(seller: Seller, email: string): Promise<number> {
  const customers = await ask(seller, 'GET', `/v1/customers/?email=${encodeURIComponent(email)}`);
  const [customer] = customers.items ?? [];
  if (customer === undefined) return 0;
  const orders = await ask(seller, 'GET', `/v1/orders/?customer_id=${customer.id}`);
  return orders.items?.length ?? 0;
}

/** One of whom nothing is known but their e-mail address; answers their id. */
export async function aCustomer(seller: Seller): Promise<string> {
  return String((await ask(seller, 'POST', '/v1/customers/', { email: anEmail() })).id);
}

/** Something free, taken without a word about the buyer. */
export async function takeFree(seller: Seller, customer: string, product: string): Promise<void> {
  const checkout = await ask(seller, 'POST', '/v1/checkouts/', { products: [product], customer_id: customer });
  await ask(seller, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {});
}

/** The customer's portal, signed in. */
export async function portalPage(seller: Seller, customer: string): Promise<string> {
  const session = await ask(seller, 'POST', '/v1/customer-sessions/', { customer_id: customer });
  return String(session.customer_portal_url);
}

/** Nobody else's. */
export const anEmail = (): string => `ada.${randomUUID().slice(0, 8)}@example.com`;

interface Answer {
  readonly id?: string;
  readonly url?: string;
  readonly client_secret?: string;
  readonly customer_portal_url?: string;
  readonly items?: readonly { readonly id: string }[];
}

export async function ask(seller: Seller, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(seller.api + path, {
    method,
    headers: { authorization: `Bearer ${seller.token}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}
