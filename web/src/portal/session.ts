/** The customer session: arrives in the address, is moved out of it at once, and lives as long as the tab. */

const nameOf = (slug: string) => `perennial.portal.${slug}`;

/** The token to use; taken from the address when it brings one. Nothing when the customer is not signed in. */
export function openSession(slug: string): string | null {
  const url = new URL(window.location.href);
  const brought = url.searchParams.get('customer_session_token');
  if (brought !== null) {
    sessionStorage.setItem(nameOf(slug), brought);
    url.searchParams.delete('customer_session_token');
    window.history.replaceState(window.history.state, '', url);
  }
  return sessionStorage.getItem(nameOf(slug));
}

export function closeSession(slug: string): void {
  sessionStorage.removeItem(nameOf(slug));
}

export interface BankReturn {
  readonly setupIntent: string;
  readonly hasApproved: boolean;
  readonly isDefault: boolean;
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
  };
  for (const name of ['setup_intent', 'setup_intent_client_secret', 'redirect_status', 'make_default']) {
    url.searchParams.delete(name);
  }
  window.history.replaceState(window.history.state, '', url);
  return found;
}

/** Where a bank's page leads back to. */
export function bankReturnUrl(slug: string, isDefault: boolean): string {
  return `${window.location.origin}/portal/${slug}?make_default=${isDefault}`;
}
