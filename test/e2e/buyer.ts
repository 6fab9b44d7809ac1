/** What a buyer does on the checkout's page, and before they press something in the portal. */
import type { Page } from 'playwright-core';

export const CARDS = {
  good: '4242424242424242',
  declined: '4000000000000002',
  /** Wants the cardholder's approval at their bank. */
  threeDSecure: '4000002500003155',
} as const;

export async function fillIn(page: Page, email: string, card: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Name').fill('Ada Example');
  await chooseCountry(page, 'DE');
  await fillCard(page, card);
}

/** The sums follow it, and move what stands below them: a button that moves while it is pressed is not pressed. */
export async function chooseCountry(page: Page, country: string): Promise<void> {
  const field = page.getByLabel('Country');
  if ((await field.inputValue()) === country) return;
  const told = page.waitForResponse((response) => response.request().method() === 'PATCH');
  await field.selectOption(country);
  await told;
}

export async function fillCard(page: Page, card: string): Promise<void> {
  await page.getByLabel('Card number').fill(card);
  await page.getByLabel('Expiry').fill('12 / 34');
  await page.getByLabel('CVC').fill('123');
}

export const payButton = (page: Page) => page.getByRole('button', { name: /^(Pay|Start)/ });

/** Waits for the confirmation page's thanks. */
export async function thanked(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Thank you' }).waitFor();
}

/** The key on the page, once it has been made. */
export async function shownKey(page: Page): Promise<string> {
  const key = page.getByTestId('license-key').first();
  await key.waitFor();
  return (await key.textContent()) ?? '';
}

/** What comes in moves what stands below it, and a button that moves while it is pressed is not pressed. */
export async function portalAtRest(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Your purchases' }).waitFor();
  const loading = page.getByRole('status').filter({ hasText: /^Loading/ });
  await loading.first().waitFor({ state: 'detached' });
}
