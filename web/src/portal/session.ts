/** The customer session: arrives in the address, is moved out of it at once, and lives as long as the tab. */

const nameOf = (slug: string) => `perennial.portal.${slug}`;

/** The token to use; taken from the address when it brings one. Nothing when the customer is not signed in. */
export function openSession(slug: string): string | null {
  const url = new URL(window.location.href);
  const brought = url.searchParams.get('customer_session_token');
  if (brought !== null) {
    keepSession(slug, brought);
    url.searchParams.delete('customer_session_token');
    window.history.replaceState(window.history.state, '', url);
  }
  return sessionStorage.getItem(nameOf(slug));
}

export function keepSession(slug: string, token: string): void {
  sessionStorage.setItem(nameOf(slug), token);
}

export function closeSession(slug: string): void {
  sessionStorage.removeItem(nameOf(slug));
}

/** The token of a link to a new e-mail address, taken out of the address; empty when there is none. */
export function takeEmailToken(): string {
  const url = new URL(window.location.href);
  const token = url.searchParams.get('token') ?? '';
  url.searchParams.delete('token');
  window.history.replaceState(window.history.state, '', url);
  return token;
}

/** The token of an invitation to a seat, taken out of the address; empty when there is none. */
export function takeInvitation(): string {
  const url = new URL(window.location.href);
  const token = url.searchParams.get('invitation_token') ?? '';
  url.searchParams.delete('invitation_token');
  window.history.replaceState(window.history.state, '', url);
  return token;
}

export interface BankReturn {
  readonly setupIntent: string;
  readonly hasApproved: boolean;
  readonly isDefault: boolean;
  /** The order that is to be paid with it. */
  readonly orderId: string | null;
}

/** What a bank's page brought back about a card being added, taken out of the address. */
export function takeBankReturn(): BankReturn | null {
  const url = new URL(window.location.href);
  const setupIntent = url.searchParams.get('setup_intent');
  if (setupIntent === null) return null;
  const found = {
    setupIntent,
    hasApproved: url.searchParams.get('redirect_status') === 'succeeded',
    isDefault: url.searchParams.get('make_default') === 'true',
    orderId: url.searchParams.get('pay_order'),
  };
  for (const name of ['setup_intent', 'setup_intent_client_secret', 'redirect_status', 'make_default', 'pay_order']) {
    url.searchParams.delete(name);
  }
  window.history.replaceState(window.history.state, '', url);
  return found;
}

export interface ChangeReturn {
  readonly subscriptionId: string;
  readonly paymentIntent: string;
}

/** What a bank's page brought back about the payment of a change, taken out of the address. */
export function takeChangeReturn(): ChangeReturn | null {
  const url = new URL(window.location.href);
  const subscriptionId = url.searchParams.get('changed_subscription');
  const paymentIntent = url.searchParams.get('payment_intent');
  if (subscriptionId === null || paymentIntent === null) return null;
  for (const name of ['changed_subscription', 'payment_intent', 'payment_intent_client_secret', 'redirect_status']) {
    url.searchParams.delete(name);
  }
  window.history.replaceState(window.history.state, '', url);
  return { subscriptionId, paymentIntent };
}

/** Where a bank's page leads back to. */
export function bankReturnUrl(slug: string, { isDefault, orderId }: Pick<BankReturn, 'isDefault' | 'orderId'>): string {
  const url = new URL(`/portal/${slug}`, window.location.origin);
  url.searchParams.set('make_default', String(isDefault));
  if (orderId !== null) url.searchParams.set('pay_order', orderId);
  return url.href;
}
