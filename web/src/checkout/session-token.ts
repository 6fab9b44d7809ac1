/** The key to the portal that a purchase answers with, kept for as long as the tab lives. */
const nameOf = (clientSecret: string) => `perennial.checkout.${clientSecret}`;

export function keepSessionToken(clientSecret: string, token: string | null): void {
  if (token !== null) sessionStorage.setItem(nameOf(clientSecret), token);
}

export function readSessionToken(clientSecret: string): string | null {
  return sessionStorage.getItem(nameOf(clientSecret));
}
