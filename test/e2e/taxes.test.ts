/** A buyer at a real browser says where they are, sees the tax, and pays that; a business accounts for it itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { callerOf } from '../../dev/api-client.ts';
import { seedDemoShop } from '../../dev/seed.ts';
import { type System, startSystem } from '../../dev/system.ts';
import { CARDS, fillCard, payButton, thanked } from './buyer.ts';
import { describeInBrowser, launch } from './chromium.ts';
import { anEmail, checkoutPage, offer, type Seller } from './shop.ts';

const STARTS_WITHIN_MS = 300_000;

describeInBrowser('taxes at the checkout', () => {
  const home = mkdtempSync(join(tmpdir(), 'perennial-e2e-'));
  let system: System | undefined;
  let browser: Browser;
  let page: Page;
  let seller: Seller;
  let monthly: string;
  let call: ReturnType<typeof callerOf>;

  beforeAll(async () => {
    system = await startSystem({ home, pages: true });
    const { token, organizationId } = await seedDemoShop(system);
    seller = { api: system.api, token };
    call = callerOf(system.api, token);
    await call('PATCH', `/v1/organizations/${organizationId}`, { tax_registrations: ['US-CA', 'EU'] });
    monthly = await offer(seller, { name: 'Example Monthly', price: 2000 });
    browser = await launch();
  }, STARTS_WITHIN_MS);

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
    rmSync(home, { recursive: true, force: true });
  }, STARTS_WITHIN_MS);

  beforeEach(async () => {
    page = await (await browser.newContext({ viewport: { width: 390, height: 900 }, locale: 'en-US' })).newPage();
    page.setDefaultTimeout(45_000);
  });
  afterEach(() => page.context().close());

  async function orderOf(email: string) {
    const [customer] = (await call('GET', `/v1/customers/?email=${encodeURIComponent(email)}`)).items;
    const [order] = (await call('GET', `/v1/orders/?customer_id=${customer.id}`)).items;
    return order;
  }
  const summary = () => page.getByRole('region', { name: 'Your order' });

  it('asks for the address, adds the tax of the state, and charges that', async () => {
    const email = anEmail();
    await page.goto(await checkoutPage(seller, monthly));
    await summary().getByText('Enter your address').waitFor();
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Name').fill('Ada Example');
    await page.getByLabel('ZIP code').pressSequentially('94105', { delay: 30 });
    await page.getByLabel('State').selectOption('California');
    await summary().getByText('$21.45', { exact: true }).waitFor();
    expect(await page.getByLabel('ZIP code').inputValue()).toBe('94105');
    await fillCard(page, CARDS.good);
    await page.getByRole('button', { name: 'Pay $21.45' }).click();
    await thanked(page);
    expect(await orderOf(email)).toMatchObject({ net_amount: 2000, tax_amount: 145, total_amount: 2145 });
  });

  it('says what of the price is tax where it is part of it', async () => {
    await page.goto(await checkoutPage(seller, monthly));
    await page.getByLabel('Country').selectOption('FR');
    await summary().getByText('Includes $3.33 tax.').waitFor();
    await page.getByRole('button', { name: 'Pay $20.00' }).waitFor();
  });

  it('believes no tax id that is none, and lets a business account for the tax itself', async () => {
    const email = anEmail();
    await page.goto(await checkoutPage(seller, monthly));
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Name', { exact: true }).fill('Ada Example');
    await page.getByLabel('Country').selectOption('DE');
    await page.getByLabel('I’m buying as a business').check();
    await page.getByLabel('Address', { exact: true }).fill('Beispielweg 1');
    await page.getByLabel('Postal code').fill('10115');
    await page.getByLabel('City').fill('Berlin');
    await page.getByLabel('VAT number').fill('DE123456789');
    await page.getByLabel('VAT number').blur();
    await page.getByText(/not a valid tax id/).waitFor();
    await summary().getByText('Includes $3.19 tax.').waitFor();
    await page.getByLabel('VAT number').fill('DE136695976');
    await fillCard(page, CARDS.good);
    await summary().getByText('Reverse charge').waitFor();
    await payButton(page).click();
    await page.getByText('Enter the name of your business.').waitFor();
    await page.getByLabel('Business name').fill('Beispiel GmbH');
    await payButton(page).click();
    await thanked(page);
    expect(await orderOf(email)).toMatchObject({ tax_amount: 0, billing_name: 'Beispiel GmbH' });
  });

  it('charges nothing that was not shown: says that the total has changed, and asks again', async () => {
    const price = { amount_type: 'fixed', price_amount: 1000, price_currency: 'usd', tax_behavior: 'exclusive' };
    const product = await call('POST', '/v1/products/', { name: 'Example Book', prices: [price] });
    await page.goto(await checkoutPage(seller, String(product.id)));
    await page.getByLabel('E-mail').fill(anEmail());
    await page.getByLabel('Name', { exact: true }).fill('Ada Example');
    await page.getByLabel('Country').selectOption('DE');
    await page.getByLabel('I’m buying as a business').check();
    await page.getByLabel('Address', { exact: true }).fill('Beispielweg 1');
    await page.getByLabel('Postal code').fill('10115');
    await page.getByLabel('City').fill('Berlin');
    await page.getByLabel('Business name').fill('Beispiel GmbH');
    await fillCard(page, CARDS.good);
    await page.getByRole('button', { name: 'Pay $11.90' }).waitFor();
    const id = page.getByLabel('VAT number');
    await id.fill('DE136695976');
    // Sent from within the field: what it comes to has not been seen yet.
    await id.press('Enter');
    await page.getByText('The total has changed').waitFor();
    await page.getByRole('button', { name: 'Pay $10.00' }).click();
    await thanked(page);
  });
});
