/** A buyer at a real browser: pays, is declined, asks their bank, and looks after the subscription in the portal. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { seedDemoShop } from '../../dev/seed.ts';
import { type System, startSystem } from '../../dev/system.ts';
import { CARDS, chooseCountry, fillCard, fillIn, payButton, shownKey, thanked } from './buyer.ts';
import { describeInBrowser, launch } from './chromium.ts';
import {
  aCustomer,
  anEmail,
  checkoutPage,
  checkoutPageFor,
  countOrders,
  give,
  halfOff,
  offer,
  type Seller,
} from './shop.ts';

const STARTS_WITHIN_MS = 300_000;

describeInBrowser('checkout and portal', () => {
  const home = mkdtempSync(join(tmpdir(), 'perennial-e2e-'));
  let system: System | undefined;
  let browser: Browser;
  let page: Page;
  let seller: Seller;
  let monthly: string;
  let withTrial: string;
  let complaints: string[];

  beforeAll(async () => {
    system = await startSystem({ home, pages: true });
    const { token } = await seedDemoShop(system);
    seller = { api: system.api, token };
    monthly = await offer(seller, { name: 'Example Monthly', price: 1000 });
    withTrial = await offer(seller, { name: 'Example Trial', price: 1200, trialDays: 14 });
    browser = await launch();
  }, STARTS_WITHIN_MS);

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
    rmSync(home, { recursive: true, force: true });
  }, STARTS_WITHIN_MS);

  beforeEach(async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    page = await context.newPage();
    page.setDefaultTimeout(45_000);
    complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
    });
  });

  afterEach(async () => {
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  it('sells by card, shows the key, and opens the portal', async () => {
    await page.goto(await checkoutPage(seller, monthly));
    await fillIn(page, anEmail(), CARDS.good);
    await payButton(page).click();
    await thanked(page);
    const key = await shownKey(page);
    expect(key).toMatch(/^EXAMPLE-/);

    await page.getByRole('link', { name: 'Manage your subscription' }).click();
    await page.getByRole('heading', { name: 'Your purchases' }).waitFor();
    expect(page.url()).not.toContain('customer_session_token');
    expect(await shownKey(page)).toBe(key);
    await page.getByText('Paid', { exact: true }).first().waitFor();
  });

  it('takes a card and no money for a trial, and says when money is due', async () => {
    await page.goto(await checkoutPage(seller, withTrial));
    await page.getByText(/14 days free, then US\$12\.00 a month from \d+ \w+ \d{4}/).waitFor();
    expect(await page.getByTestId('due-today').textContent()).toMatch(/\$0\.00$/);
    await fillIn(page, anEmail(), CARDS.good);
    await payButton(page).click();
    await thanked(page);
    await page.getByText(/is yours to try until/).waitFor();
  });

  it('buys once, however often Pay is pressed', async () => {
    const email = anEmail();
    let confirmations = 0;
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/confirm')) confirmations += 1;
    });
    await page.goto(await checkoutPage(seller, monthly));
    await fillIn(page, email, CARDS.good);
    await payButton(page).dblclick();
    await thanked(page);
    expect(confirmations).toBe(1);
    expect(await countOrders(seller, email)).toBe(1);
  });

  it('keeps what was typed when the card is declined, and takes another', async () => {
    const email = anEmail();
    await page.goto(await checkoutPage(seller, monthly));
    await fillIn(page, email, CARDS.declined);
    await payButton(page).click();
    await page.getByRole('alert').getByText('The payment did not go through').waitFor();
    expect(await page.getByLabel('E-mail').inputValue()).toBe(email);
    expect(await page.getByLabel('Card number').inputValue()).toBe('4000 0000 0000 0002');

    await fillCard(page, CARDS.good);
    await payButton(page).click();
    await thanked(page);
    expect(await countOrders(seller, email)).toBe(1);
  });

  it('opens again when the bank refuses, and sells when it approves', async () => {
    const email = anEmail();
    await page.goto(await checkoutPage(seller, monthly));
    await fillIn(page, email, CARDS.threeDSecure);
    await payButton(page).click();
    await page.getByRole('button', { name: 'Refuse' }).click();
    await page.getByRole('alert').getByText('The payment did not go through').waitFor();
    expect(await page.getByLabel('E-mail').inputValue()).toBe(email);
    expect(await countOrders(seller, email)).toBe(0);

    await fillCard(page, CARDS.threeDSecure);
    await payButton(page).click();
    await page.getByRole('button', { name: 'Approve' }).click();
    await thanked(page);
    expect(await countOrders(seller, email)).toBe(1);
  });

  it('takes a discount code, says why not, takes it away, and charges what it shows', async () => {
    const code = await halfOff(seller);
    await page.goto(await checkoutPage(seller, monthly));
    const field = page.getByLabel('Discount code');
    await field.fill('no such code');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('There is no such discount code.').waitFor();

    await field.fill(code.toLowerCase());
    await field.press('Enter');
    await page.getByRole('region', { name: 'Discount' }).getByText('50% off once').waitFor();
    await page.getByText(`Discount ${code}`).waitFor();
    await page.getByText(/Renews at US\$10\.00 a month/).waitFor();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: /Pay US\$10\.00/ }).waitFor();

    await field.fill(code);
    await page.getByRole('button', { name: 'Apply' }).click();
    await fillIn(page, anEmail(), CARDS.good);
    await page.getByRole('button', { name: /Pay US\$5\.00/ }).click();
    await thanked(page);
  });

  it('says beside the code that somebody else had the last one, and sells without', async () => {
    const code = await halfOff(seller, { max_redemptions: 1 });
    const other = await page.context().newPage();
    for (const buyer of [page, other]) {
      await buyer.goto(await checkoutPage(seller, monthly));
      await buyer.getByLabel('Discount code').fill(code);
      await buyer.getByRole('button', { name: 'Apply' }).click();
      await fillIn(buyer, anEmail(), CARDS.good);
    }
    await payButton(other).click();
    await thanked(other);
    await payButton(page).click();
    await page.getByRole('region', { name: 'Discount' }).getByText('This discount is used up.').waitFor();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: /Pay US\$10\.00/ }).click();
    await thanked(page);
  });

  it('pays from the balance, and asks again where that has become another one', async () => {
    const customer = await aCustomer(seller);
    await give(seller, customer, 300);
    await page.goto(await checkoutPageFor(seller, customer, monthly));
    const order = page.getByRole('region', { name: 'Your order' });
    await order.getByText('From your balance').waitFor();
    expect(await order.textContent()).toMatch(/From your balance-US\$3\.00Due todayUS\$7\.00/);
    await page.getByLabel('Name').fill('Ada Example');
    await chooseCountry(page, 'DE');
    await fillCard(page, CARDS.good);
    await give(seller, customer, 200);
    await page.getByRole('button', { name: /Pay US\$7\.00/ }).click();
    const notice = page.getByRole('status').filter({ hasText: 'The total has changed' });
    await notice.getByText('US$5.00').waitFor();
    expect(await order.textContent()).toMatch(/From your balance-US\$5\.00Due todayUS\$5\.00/);
    await page.getByRole('button', { name: /Pay US\$5\.00/ }).click();
    await thanked(page);
  });

  it('says that a checkout does not exist', async () => {
    await page.goto(`${seller.api}/checkout/polar_c_nothing`);
    await page.getByRole('heading', { name: 'There is no such checkout' }).waitFor();
  });

  it('lets the customer cancel, think better of it, and change cards', async () => {
    await page.goto(await checkoutPage(seller, monthly));
    await fillIn(page, anEmail(), CARDS.good);
    await payButton(page).click();
    await thanked(page);
    await page.getByRole('link', { name: 'Manage your subscription' }).click();

    const subscription = page.getByRole('article', { name: 'Example Monthly' });
    await subscription.getByText('Active').waitFor();
    await subscription.getByRole('button', { name: 'Cancel subscription' }).click();
    await page.getByLabel('I don’t use it enough').check();
    await page.getByRole('button', { name: 'Cancel at period end' }).click();
    await subscription.getByText('Ends soon').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await subscription.getByText('Active').waitFor();

    await page.getByRole('button', { name: 'Add card' }).click();
    await fillCard(page, '5555555555554444');
    await page.getByRole('dialog').getByRole('button', { name: 'Add card' }).click();
    await page.getByText('Your card was added.').waitFor();
    await page.getByText('Mastercard •••• 4444', { exact: true }).first().waitFor();
  });
});
