/** A buyer who says how much they pay, or for how many, on a phone: in the shop, at the checkout, and what is charged. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { seedDemoShop } from '../../dev/seed.ts';
import { type System, startSystem } from '../../dev/system.ts';
import { CARDS, fillIn, payButton, thanked } from './buyer.ts';
import { describeInBrowser, launch } from './chromium.ts';
import { anEmail, ask, checkoutPage, type Seller } from './shop.ts';

const STARTS_WITHIN_MS = 300_000;
const PHONE = { width: 360, height: 720 };

describeInBrowser('prices that buyers decide on', () => {
  const home = mkdtempSync(join(tmpdir(), 'perennial-e2e-'));
  let system: System | undefined;
  let browser: Browser;
  let page: Page;
  let seller: Seller;
  let shop: string;
  let own: string;
  let team: string;
  let everywhere: string;

  const offered = async (name: string, ...prices: readonly object[]) =>
    String((await ask(seller, 'POST', '/v1/products/', { name, recurring_interval: 'month', prices })).id);

  beforeAll(async () => {
    system = await startSystem({ home, pages: true });
    const { token, slug } = await seedDemoShop(system);
    shop = `${system.api}/shop/${slug}`;
    seller = { api: system.api, token };
    own = await offered('Example Patron', {
      ...{
        amount_type: 'custom',
        price_currency: 'usd',
        minimum_amount: 500,
        maximum_amount: 9000,
        preset_amount: 900,
      },
    });
    const tiers = [
      { min_seats: 2, max_seats: 10, price_per_seat: 1000 },
      { min_seats: 11, max_seats: 50, price_per_seat: 800 },
    ];
    team = await offered('Example Team', { amount_type: 'seat_based', price_currency: 'usd', seat_tiers: { tiers } });
    everywhere = await offered(
      'Example Everywhere',
      { amount_type: 'fixed', price_currency: 'usd', price_amount: 2000 },
      { amount_type: 'fixed', price_currency: 'eur', price_amount: 1800 },
    );
    browser = await launch();
  }, STARTS_WITHIN_MS);

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
    rmSync(home, { recursive: true, force: true });
  }, STARTS_WITHIN_MS);

  beforeEach(async () => {
    page = await (await browser.newContext({ viewport: PHONE, locale: 'en-US' })).newPage();
    page.setDefaultTimeout(45_000);
  });
  afterEach(() => page.context().close());

  const due = (amount: string) => page.getByTestId('due-today').filter({ hasText: amount }).waitFor();
  const fitsThePhone = async () => {
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(PHONE.width);
  };

  it('takes the amount that the buyer enters, within its limits', async () => {
    await page.goto(await checkoutPage(seller, own));
    await due('$9.00');
    await fitsThePhone();
    const amount = page.getByLabel('Your amount');
    expect(await amount.inputValue()).toBe('9.00');
    await fillIn(page, anEmail(), CARDS.good);
    await amount.fill('4.99');
    await payButton(page).click();
    await page.getByText('Enter $5.00 or more.').waitFor();
    expect(await page.locator('input:focus').inputValue()).toBe('4.99');
    await amount.fill('12.50');
    await due('$12.50');
    await page.getByRole('button', { name: 'Pay $12.50' }).click();
    await thanked(page);
  });

  it('counts seats up and down, with the sum following', async () => {
    await page.goto(await checkoutPage(seller, team));
    await due('$20.00');
    await fitsThePhone();
    expect(await page.getByRole('button', { name: 'One seat less' }).isDisabled()).toBe(true);
    const more = page.getByRole('button', { name: 'One seat more' });
    await more.click();
    await more.click();
    await due('$40.00');
    await page.getByLabel('Seats').fill('51');
    await page.getByText('Enter a number from 2 to 50.').waitFor();
    await page.getByLabel('Seats').fill('11');
    await due('$88.00');
    await fillIn(page, anEmail(), CARDS.good);
    await page.getByRole('button', { name: 'Pay $88.00' }).click();
    await thanked(page);
  });

  it('begins in the shop with what was chosen there', async () => {
    await page.goto(shop);
    const card = page.getByRole('listitem').filter({ hasText: 'Example Team' });
    await card.getByLabel('Seats').fill('12');
    await card.getByText('$96.00 a month').waitFor();
    await fitsThePhone();
    await card.getByRole('button', { name: 'Continue' }).click();
    await due('$96.00');

    await page.goto(shop);
    const patron = page.getByRole('listitem').filter({ hasText: 'Example Patron' });
    await patron.getByLabel('Your amount').fill('25');
    await patron.getByRole('button', { name: 'Continue' }).click();
    await due('$25.00');
  });

  it('shows who lives elsewhere what they pay there', async () => {
    const url = await checkoutPage(seller, everywhere);
    await page.context().close();
    page = await (await browser.newContext({ viewport: PHONE, locale: 'de-DE' })).newPage();
    await page.goto(url);
    await due('€18.00');
    await page.getByLabel('Country').selectOption('US');
    await due('$20.00');
    await fillIn(page, anEmail(), CARDS.good);
    await page.getByRole('button', { name: 'Pay €18.00' }).click();
    await thanked(page);
  });
});
