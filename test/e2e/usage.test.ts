/** A buyer of what is paid by use, on a phone: told what it costs, charged nothing at first. */
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

describeInBrowser('what is paid by use', () => {
  const home = mkdtempSync(join(tmpdir(), 'perennial-e2e-'));
  let system: System | undefined;
  let browser: Browser;
  let page: Page;
  let seller: Seller;
  let shop: string;
  let usage: object;

  const offered = async (name: string, ...prices: readonly object[]) =>
    String((await ask(seller, 'POST', '/v1/products/', { name, recurring_interval: 'month', prices })).id);

  beforeAll(async () => {
    system = await startSystem({ home, pages: true });
    const { token, slug } = await seedDemoShop(system);
    shop = `${system.api}/shop/${slug}`;
    seller = { api: system.api, token };
    const filter = { conjunction: 'and', clauses: [] };
    const aggregation = { func: 'sum', property: 'tokens' };
    const meter = await ask(seller, 'POST', '/v1/meters/', { name: 'Tokens', unit: 'token', filter, aggregation });
    const terms = { meter_id: String(meter.id), unit_amount: '0.02', cap_amount: 9000 };
    usage = { amount_type: 'metered_unit', price_currency: 'usd', ...terms };
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

  it('says what it costs, and takes a card', async () => {
    const product = await offered('Example Tokens', usage);
    await page.goto(await checkoutPage(seller, product));
    await page.getByText('Pay for what you use').waitFor();
    await page.getByText('Tokens: $0.20 per 1,000 tokens, at most $90.00 a month').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
    await fillIn(page, anEmail(), CARDS.good);
    await payButton(page).click();
    await thanked(page);
  });

  it('warns in the portal of what is nearly used up, and of what is', async () => {
    const filter = { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: 'image' }] };
    const meter = await ask(seller, 'POST', '/v1/meters/', { name: 'Images', filter, aggregation: { func: 'count' } });
    const properties = { units: 5, rollover: false, meter_id: String(meter.id) };
    const benefit = await ask(seller, 'POST', '/v1/benefits/', {
      type: 'meter_credit',
      description: 'Five',
      properties,
    });
    const product = await offered('Example Images', { amount_type: 'free', price_currency: 'usd' });
    await ask(seller, 'POST', `/v1/products/${product}/benefits`, { benefits: [String(benefit.id)] });
    const { id } = await ask(seller, 'POST', '/v1/customers/', { email: anEmail() });
    const customer = { customer_id: String(id) };
    await ask(seller, 'POST', '/v1/subscriptions/', { product_id: product, ...customer });
    const { customer_portal_url: portal } = await ask(seller, 'POST', '/v1/customer-sessions/', customer);
    const uses = (images: number) => {
      const events = Array.from({ length: images }, () => ({ name: 'image', ...customer }));
      return ask(seller, 'POST', '/v1/events/ingest', { events });
    };
    await uses(4);
    await page.goto(String(portal));
    await page.getByText('4 of 5 used in this period').waitFor();
    await page.getByText('Nearly used up').waitFor();
    await uses(1);
    await page.reload();
    const warning = page.getByText('Used up', { exact: true });
    await warning.waitFor();
    await warning.scrollIntoViewIfNeeded();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
  });

  it('comes on top of what is paid each month, in the shop too', async () => {
    const fixed = { amount_type: 'fixed', price_currency: 'usd', price_amount: 500 };
    const product = await offered('Example Mixed', fixed, usage);
    await page.goto(await checkoutPage(seller, product));
    await page.getByText(/Renews at \$5\.00 a month.*, and what you have used\./).waitFor();
    await page.getByText('And for what you use').waitFor();
    await page.goto(shop);
    const card = page.getByRole('listitem').filter({ hasText: 'Example Mixed' });
    await card.getByText('Tokens: $0.20 per 1,000 tokens').waitFor();
  });
});
