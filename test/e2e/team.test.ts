/** A team at a real browser: its owner invites by e-mail, the invited take their seat, and see what is theirs alone. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { callerOf, cardToken } from '../../dev/api-client.ts';
import { seedDemoShop } from '../../dev/seed.ts';
import { type System, startSystem } from '../../dev/system.ts';
import { describeInBrowser, launch } from './chromium.ts';
import { type MailServer, startMailServer } from './mail-server.ts';
import { anEmail } from './shop.ts';

const STARTS_WITHIN_MS = 300_000;

describeInBrowser('a team', () => {
  const home = mkdtempSync(join(tmpdir(), 'perennial-e2e-'));
  let mail: MailServer;
  let system: System;
  let browser: Browser;
  let call: ReturnType<typeof callerOf>;
  const complaints: string[] = [];

  beforeAll(async () => {
    mail = await startMailServer();
    const environment = { worker: { SMTP_URL: mail.url, EMAIL_FROM: 'shop@example.com' } };
    system = await startSystem({ home, pages: true, environment });
    call = callerOf(system.api, (await seedDemoShop(system)).token);
    browser = await launch();
  }, STARTS_WITHIN_MS);

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
    mail?.close();
    rmSync(home, { recursive: true, force: true });
  }, STARTS_WITHIN_MS);

  async function aPage(address: string): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-US' });
    const page = await context.newPage();
    page.setDefaultTimeout(45_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(address);
    return page;
  }

  /** Where asked for, to be looked at. */
  async function picture(page: Page, name: string): Promise<void> {
    const folder = process.env.PICTURES;
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }

  async function seatsBought(): Promise<string> {
    const seat_tiers = { tiers: [{ min_seats: 1, max_seats: 20, price_per_seat: 1000 }] };
    const prices = [{ amount_type: 'seat_based', price_currency: 'usd', seat_tiers }];
    const product = await call('POST', '/v1/products/', { name: 'Example Team', recurring_interval: 'month', prices });
    const benefit = await call('POST', '/v1/benefits/', { type: 'license_keys', description: 'A key', properties: {} });
    await call('POST', `/v1/products/${product.id}/benefits`, { benefits: [benefit.id] });
    const customer = await call('POST', '/v1/customers/', { email: anEmail(), name: 'Ada Example' });
    const terms = { products: [product.id], customer_id: customer.id, seats: 2 };
    const checkout = await call('POST', '/v1/checkouts/', terms);
    await call('POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
      confirmation_token_id: await cardToken(system.stripeApi, 'pm_card_visa'),
      customer_billing_address: { country: 'GB' },
    });
    const session = await call('POST', '/v1/customer-sessions/', { customer_id: customer.id });
    return `${system.api}${new URL(session.customer_portal_url).pathname}?customer_session_token=${session.token}`;
  }

  it('gives its seats out, and takes one back', async () => {
    const page = await aPage(await seatsBought());
    const seats = page.getByRole('region', { name: 'Seats of Example Team' });
    await seats.getByText('0 of 2 seats used.').waitFor();
    await picture(page, 'empty');
    const grace = anEmail();
    await seats.getByLabel('Invite by e-mail').fill(grace);
    await seats.getByRole('button', { name: 'Invite', exact: true }).click();
    await page.getByText(`${grace} gets an invitation by e-mail.`).waitFor();
    await seats.getByText('1 of 2 seats used.').waitFor();
    await picture(page, 'invited');
    const older = /http\S+claim\?invitation_token=\S+/.exec(await mail.letterTo(grace))?.[0] ?? '';

    const invited = await aPage(older);
    await invited.getByRole('heading', { name: 'Your seat of Example Team' }).waitFor();
    expect(invited.url()).not.toContain('token=');
    await picture(invited, 'claim');
    await invited.getByRole('button', { name: 'Take your seat' }).click();
    await invited.getByRole('region', { name: 'Your seats' }).getByText('Example Team').waitFor();
    await invited.getByTestId('license-key').waitFor();
    await picture(invited, 'member');
    expect(await invited.getByRole('region', { name: 'Orders' }).count()).toBe(0);
    await invited.goto(older);
    await invited.getByRole('heading', { name: 'This invitation doesn’t work any more' }).waitFor();

    await page.reload();
    await seats.getByText('Taken', { exact: true }).waitFor();
    const linus = anEmail();
    await seats.getByLabel('Invite by e-mail').fill(linus);
    await seats.getByRole('button', { name: 'Invite', exact: true }).click();
    await seats.getByText('All seats are taken.').waitFor();
    await seats.getByRole('button', { name: `Invite ${linus} again` }).click();
    await page.getByText(`${linus} gets another link.`).waitFor();
    const people = page.getByRole('region', { name: 'Team' });
    await people.getByRole('button', { name: `Make ${linus} a Billing manager` }).click();
    await page.getByText('is a billing manager now').waitFor();
    await picture(page, 'full');
    await seats.getByRole('button', { name: `Revoke the seat of ${grace}` }).click();
    const dialog = page.getByRole('dialog');
    await picture(page, 'revoke');
    await dialog.getByRole('button', { name: 'Revoke seat' }).click();
    await seats.getByText('1 of 2 seats used.').waitFor();
    await invited.goto(`${system.api}/portal/${new URL(page.url()).pathname.split('/')[2]}`);
    await invited.getByText('You have no seat of a subscription at the moment.').waitFor();
    expect(complaints).toEqual([]);
  });
});
