/** A buyer in their portal: fills in what an invoice needs, and downloads it and the receipt. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Download, Page } from 'playwright-core';
import { seedDemoShop } from '../../dev/seed.ts';
import { type System, startSystem } from '../../dev/system.ts';
import { pagesOf } from '../activities/read-pdf.ts';
import { CARDS, fillIn, payButton, portalAtRest, thanked } from './buyer.ts';
import { describeInBrowser, launch } from './chromium.ts';
import { aCustomer, anEmail, checkoutPage, offer, portalPage, type Seller, takeFree } from './shop.ts';

const STARTS_WITHIN_MS = 300_000;

describeInBrowser('invoices and receipts in the portal', () => {
  const home = mkdtempSync(join(tmpdir(), 'perennial-e2e-'));
  let system: System | undefined;
  let browser: Browser;
  let page: Page;
  let seller: Seller;

  beforeAll(async () => {
    system = await startSystem({ home, pages: true });
    seller = { api: system.api, token: (await seedDemoShop(system)).token };
    browser = await launch();
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
    page = await context.newPage();
    page.setDefaultTimeout(45_000);
  }, STARTS_WITHIN_MS);

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
    rmSync(home, { recursive: true, force: true });
  }, STARTS_WITHIN_MS);

  async function downloaded(press: () => Promise<void>): Promise<[name: string, text: string]> {
    const downloading: Promise<Download> = page.waitForEvent('download');
    await press();
    const download = await downloading;
    return [download.suggestedFilename(), pagesOf(readFileSync(await download.path())).join('\n')];
  }
  const press = (name: RegExp) => () => page.getByRole('button', { name }).click();

  it('downloads both of what was bought', async () => {
    await page.goto(await checkoutPage(seller, await offer(seller, { name: 'Example Monthly', price: 1000 })));
    await fillIn(page, anEmail(), CARDS.good);
    await payButton(page).click();
    await thanked(page);
    await page.getByRole('link', { name: 'Manage your subscription' }).click();
    await portalAtRest(page);
    const [name, invoice] = await downloaded(press(/^Invoice/));
    expect(name).toMatch(/^\w+-\d{4}\.pdf$/);
    expect(invoice).toContain('Ada Example');
    const [receiptName, receipt] = await downloaded(press(/^Receipt/));
    expect(receiptName).toBe(name.replace('.pdf', '-R.pdf'));
    expect(receipt).toContain('Visa ending in 4242');
  });

  it('asks for the name and address that are missing', async () => {
    const customer = await aCustomer(seller);
    await takeFree(seller, customer, await offer(seller, { name: 'Example Free', price: 0 }));
    await page.goto(await portalPage(seller, customer));
    await portalAtRest(page);
    await press(/^Invoice/)();
    await page.getByRole('heading', { name: 'Whom is the invoice for?' }).waitFor();
    await press(/^Make the invoice/)();
    expect(await page.getByText('This is needed.').count()).toBeGreaterThan(1);
    await page.getByLabel('Name on the invoice').fill('Łukasz Ždanović');
    await page.getByLabel('Country').selectOption('PL');
    await page.getByLabel('Address', { exact: true }).fill('ul. Długa 1');
    await page.getByLabel('City').fill('Żywiec');
    const [, invoice] = await downloaded(press(/^Make the invoice/));
    expect(invoice.split('\n')).toEqual(expect.arrayContaining(['Łukasz Ždanović', 'ul. Długa 1', 'Żywiec', 'Poland']));
  });
});
